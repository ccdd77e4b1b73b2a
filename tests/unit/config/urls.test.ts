import { bridgeUrlFault, isLoopback, serviceUrlFault } from '../../../lib/config/urls';

describe('the address of a bridge', () => {
  test.each([
    'https://192.168.1.10',
    'https://192.168.1.10/',
    'http://192.168.1.10:80',
    'https://bridge',
    'https://Philips-hue.local:8443',
    'https://hue_bridge.lan',
    'https://[fe80::1]',
    'https://[2001:DB8::0001]:443/',
    'https://127.0.0.1:65535',
  ])('%s is one', (url) => expect(bridgeUrlFault(url)).toBeNull());

  test.each([
    ['192.168.1.10', 'does not begin with https://'],
    ['ftp://192.168.1.10', 'does not begin with https://'],
    ['HTTPS://bridge', 'does not begin with https://'],
    [' https://bridge', 'does not begin with https://'],
    ['https://', 'has no valid host or port'],
    ['https:///', 'has no valid host or port'],
    ['https://bridge/api', 'holds a path'],
    ['https://bridge//', 'holds a path'],
    ['https://bridge?x=1', 'holds a query'],
    ['https://bridge#x', 'holds a query'],
    ['https://user:password@bridge', 'holds a user name or a password'],
    ['https://bridge:0', 'has a port outside'],
    ['https://bridge:65536', 'has a port outside'],
    ['https://bridge:', 'has no valid host or port'],
    ['https://bridge:http', 'has no valid host or port'],
    ['https://fe80::1', 'has no valid host or port'],
    ['https://[fe80::1%eth0]', 'holds the zone of an IPv6 address'],
    ['https://[fe80::12345]', 'has no valid host'],
    ['https://192.168.1', 'has no valid host'],
    ['https://192.168.1.256', 'has no valid host'],
    ['https://192.168.01.10', 'has no valid host'],
    ['https://0x7f.1', 'has no valid host'],
    ['https://3232235786', 'has no valid host'],
    ['https://bridge .local', 'holds a space'],
    ['https://bridge\\x', 'has no valid host or port'],
    ['https://brücke', 'has no valid host or port'],
  ])('%j %s', (url, fault) => {
    expect(bridgeUrlFault(url)?.slice(0, fault.length)).toBe(fault);
  });

  test('a password in it is not repeated', () => {
    expect(bridgeUrlFault('https://user:hunter2@bridge')).not.toContain('hunter2');
  });
});

describe('the address of a service', () => {
  test.each([
    'https://discovery.meethue.com/',
    'https://proxy.example.com:8443/path?query=1',
    'http://127.0.0.1:8080',
    'http://127.1.2.3/x',
    'http://localhost',
    'http://[::1]:1234/',
  ])('%s is one', (url) => expect(serviceUrlFault(url)).toBeNull());

  test.each([
    ['http://example.com', 'is not encrypted'],
    ['http://127.0.0.1.example.com', 'is not encrypted'],
    ['http://localhost.example.com', 'is not encrypted'],
    ['http://[::2]', 'is not encrypted'],
    ['https://me:hunter2@example.com', 'holds a user name or a password'],
    ['https://example.com/#x', 'holds a #'],
    ['', 'is not an address'],
    ['example.com', 'is not an address'],
    ['https://', 'is not an address'],
    ['https://a b', 'is not an address'],
    ['file:///etc/passwd', 'is not an address'],
  ])('%j %s', (url, fault) => {
    expect(serviceUrlFault(url)?.slice(0, fault.length)).toBe(fault);
    expect(serviceUrlFault(url)).not.toContain('hunter2');
  });
});

test.each(['localhost', '127.0.0.1', '127.255.255.254', '::1', '[::1]'])('%s is this machine', (host) => {
  expect(isLoopback(host)).toBe(true);
});

test.each(['128.0.0.1', '0.0.0.0', 'localhost.evil.com', '127.0.0.1.evil.com', '1127.0.0.1', ''])(
  '%j is not',
  (host) => {
    expect(isLoopback(host)).toBe(false);
  },
);
