/** Where people sign in: the simulated Amazon refuses a country's own page, as Brazil's does. */
import { MARKETPLACES } from '../../../../lib/config/marketplaces';
import { loginHosts } from '../../../../lib/sources/aqm/hosts';
import { beginLogin, readLanding, signInUrl } from '../../../../lib/sources/aqm/sign-in';
import { startAqmCloud } from '../../../../lib/simulator/aqm-cloud';

test.each(MARKETPLACES)('an account of %s', async (marketplace) => {
  const cloud = await startAqmCloud({ marketplace });
  try {
    const hosts = loginHosts({ marketplace, base_urls: {} });
    const at = marketplace === 'amazon.co.jp' ? marketplace : 'amazon.com';
    expect(hosts).toEqual({ marketplace: at, signIn: `https://www.${at}`, registration: `https://api.${at}` });
    const address = signInUrl(hosts, beginLogin(marketplace, new Date()));
    expect(address).toMatch(new RegExp(`^https://www\\.${at}/ap/signin\\?`));
    const landing = cloud.signIn(address);
    expect(readLanding(landing, hosts)).toMatch(/^AN/);
  } finally {
    await cloud.close();
  }
});

test('the address of the login of another country is not taken', () => {
  const hosts = loginHosts({ marketplace: 'amazon.co.jp', base_urls: {} });
  expect(() => readLanding('https://www.amazon.com/ap/maplanding?openid.oa2.authorization_code=AN1', hosts)).toThrow(
    'the login ends at www.amazon.co.jp',
  );
});
