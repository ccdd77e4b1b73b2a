/** An account is not always where its owner shops: the marketplace that lists monitors wins, and no other host is asked. */
import { amazonHosts } from '../../../../lib/sources/aqm/hosts';
import { startAqmHome } from '../../../support/aqm-home';
import { DISCOVERY, REFRESH, STATE } from '../../../support/constants';
import { scratchDirectory } from '../../../support/scratch';

const WELCOME = 'GET /api/welcome';
const ACCOUNT = 'GET /api/users/me';
const EMPTY_LIST = [DISCOVERY, DISCOVERY];

const homeAt = async (configured: string, actual: string, tells = {}) => {
  const home = await startAqmHome(scratchDirectory(), { marketplace: actual, tells });
  home.config.marketplace = configured;
  return home;
};

test('the configured one lists monitors: nothing else is asked, whatever the account says', async () => {
  const home = await homeAt('amazon.nl', 'amazon.nl', { alexaHost: 'alexa.amazon.co.uk', shopsAt: 'amazon.co.uk' });
  expect(await home.cycle()).toMatchObject({ failure: null, asked: [...REFRESH, DISCOVERY, STATE] });
  expect(home.logged('marketplace_changed')).toEqual([]);
});

test.each([
  ['the Alexa host of the account', {}, [WELCOME]],
  ['the marketplace of the account', { alexaHost: 'alexa.amazon.com' }, [WELCOME, ACCOUNT]],
])('%s is tried next; it is remembered, and said once', async (_name, tells, questions) => {
  const home = await homeAt('amazon.com', 'amazon.co.uk', tells);
  const first = await home.cycle();
  expect(first).toMatchObject({
    failure: null,
    asked: [...REFRESH, ...EMPTY_LIST, ...questions, ...REFRESH, DISCOVERY, STATE],
  });
  expect(first.report?.readings).toHaveLength(2);
  expect((await home.cycle()).asked).toEqual([STATE]);
  home.cloud.account.expireCookies();
  expect(await home.cycle()).toMatchObject({ failure: null, asked: [STATE, ...REFRESH, STATE] });
  const refreshToken = home.cloud.account.rotateRefreshToken();
  expect(await home.cycle({ refreshToken })).toMatchObject({ failure: null, asked: [...REFRESH, STATE, DISCOVERY] });
  expect(home.logged('marketplace_changed')).toMatchObject([
    { level: 'warning', fields: { configured: 'amazon.com', marketplace: 'amazon.co.uk' } },
  ]);
});

test('where it was found lists nothing any more, and no list is remembered: the configured one is tried again', async () => {
  const home = await homeAt('amazon.com', 'amazon.com');
  await home.cycle();
  home.changeSession((state) => Object.assign(state, { lives_at: 'amazon.de', cookies: null, discovery: null }));
  expect((await home.cycle()).report?.readings).toHaveLength(2);
  expect(home.session().lives_at).toBeNull();
});

test('a host that is not of a marketplace of Amazon gets nothing', async () => {
  const tells = { alexaHost: 'alexa.amazon.com.evil.example', shopsAt: 'amazon.evil' };
  const home = await homeAt('amazon.com', 'amazon.co.uk', tells);
  const { failure, asked } = await home.cycle();
  expect(failure).toMatchObject({ type: 'no_monitor' });
  expect(asked).toEqual([...REFRESH, ...EMPTY_LIST, WELCOME, ACCOUNT]);
  expect(() => amazonHosts({ base_urls: {} }, 'amazon.evil')).toThrow('not a marketplace');
});

test('none lists a monitor: the error names those that were tried', async () => {
  const home = await homeAt('amazon.com', 'amazon.co.uk', { shopsAt: 'amazon.de' });
  home.cloud.state.monitors = [];
  const { failure } = await home.cycle();
  expect(failure).toMatchObject({ type: 'no_monitor' });
  expect(failure?.message).toMatch(/amazon\.com and amazon\.co\.uk and amazon\.de/);
});
