/** Two processes that find the cookies dead at the same moment. */
import { fault } from '../../lib/simulator/faults';
import { startAqmHome } from '../support/aqm-home';
import { STATE } from '../support/constants';
import { runChild } from '../support/child';
import { scratchDirectory } from '../support/scratch';

it('one of them obtains fresh cookies, both use them', async () => {
  const home = await startAqmHome(scratchDirectory());
  await home.cycle();
  home.cloud.account.expireCookies();
  const before = home.cloud.requests.length;
  // Slow enough that the second one starts while the first one obtains them.
  home.cloud.faults.always('/auth/token', fault.slowFirstByte(1500));
  const { alexa, www, api } = home.cloud.baseUrls;
  const parameters = [home.dataDirectory, home.cloud.account.refreshToken, alexa, www, api];
  const results = await Promise.all([runChild('read-monitors', parameters), runChild('read-monitors', parameters)]);
  expect(results.map(({ stdout }) => stdout.trim())).toEqual(['2', '2']);
  const asked = home.cloud.requests.slice(before).map(({ method, path }) => `${method} ${path}`);
  // Both found the dead cookies, so both would have refreshed them.
  expect(asked.filter((request) => request === STATE)).toHaveLength(4);
  expect(asked.filter((request) => request === 'POST /auth/token')).toHaveLength(1);
});
