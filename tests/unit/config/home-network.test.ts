import { isOpenAbroad } from '../../../lib/config/home-network';

test.each([
  ['http://192.168.1.5:8123/api/webhook/x', false],
  ['http://10.0.0.1', false],
  ['http://127.0.0.1:1/x', false],
  ['http://[fd00::1]/x', false],
  ['http://[fe80::1]', false],
  ['http://homeassistant.local:8123', false],
  ['http://nas/x', false],
  ['http://nas.fritz.box', false],
  ['https://hc-ping.com/x', false],
  ['http://hc-ping.com/x', true],
  ['http://93.184.216.34', true],
  ['http://[2001:db8::1]', true],
  ['http://192.168.1.5.example.com', true],
  ['http://local.example', true],
  ['http://[', false],
])('%s leads out of the home unencrypted: %p', (url, open) => {
  expect(isOpenAbroad(url)).toBe(open);
});
