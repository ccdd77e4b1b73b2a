/** A home in which every remembered file exists: after a successful cycle, and a failed one of each collector. */
import { fault } from '../../lib/simulator/faults';
import type { Home } from './home';

export async function fillDataDirectory(home: Home): Promise<void> {
  const exitCodeOf = async (command: string, args: readonly string[] = []) => (await home.run(command, args)).exitCode;
  expect(await exitCodeOf('collect-hue')).toBe(0);
  expect(await exitCodeOf('collect-aqm')).toBe(0);
  expect(await exitCodeOf('health', ['amazon_aqm'])).toBe(0);
  expect(await exitCodeOf('report', ['--format', 'csv', '--since-last'])).toBe(0);
  expect(await exitCodeOf('perf', ['baseline', '--cycles', '1'])).toBe(0);
  home.bridge.faults.next('*', fault.status(429));
  expect(await exitCodeOf('collect-hue', ['--quiet-repeats'])).toBe(1);
  home.cloud.account.expireCookies();
  home.cloud.faults.next('/auth/token', fault.invalidGrant());
  expect(await exitCodeOf('collect-aqm', ['--quiet-repeats'])).toBe(4);
}
