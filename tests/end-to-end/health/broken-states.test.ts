/**
 * Every broken state that docs/health.md lists, really produced: health finds it, names it, says what to do, and that
 * fixes it. Its output never contains a secret.
 */
import { askHealth, openBench, type Bench } from './bench';
import { BROKEN_STATES } from './states';
import { isRoot } from '../../support/as-user';
import { fasterClock } from '../../support/faster-clock';

/** Every remediation names a command or an action. */
const COMMAND =
  /bin\/[a-z-]+\.js|\b(chmod|chown|mv|rm|ls -l|namei|df -h|cp|install -m|fuser|sqlite3|mkdir|curl) |EDITOR|npm |timedatectl|dmesg|findmnt|df -i|crontab/;

/** Our commands as docs/health.md shows them: without the path of this program, and without the flags that the test typed. */
const asInAClone = (remediation: string, flags: readonly string[]) =>
  remediation.replaceAll(new RegExp(`node \\S+/(bin/[a-z-]+\\.js) ${flags.join(' ')}`, 'g'), 'node $1');

let bench: Bench;

describe.each(BROKEN_STATES.map((state): [string, typeof state] => [`${state.check}: ${state.title}`, state]))(
  '%s',
  (_name, state) => {
    const needsRoot = state.rootBecause !== undefined && !isRoot;
    const possible = needsRoot ? test.skip : test;
    possible(`${needsRoot ? `(needs root: ${state.rootBecause ?? ''}) ` : ''}is found and can be fixed`, async () => {
      bench = await openBench(state.bench);
      await state.breakIt(bench);

      const { wrapper } = bench;
      if (state.hangs) bench.wrapper = fasterClock(2); // more, and a busy machine reaches the limit of the check first
      const broken = await askHealth(bench, state.args);
      if (state.hangs) bench.wrapper = wrapper;
      const check = broken.checks.find(({ name }) => name === state.check);
      expect(check).toMatchObject({ status: state.status, message: expect.stringMatching(state.says) as string });
      expect(asInAClone(check?.remediation ?? '', bench.home.flags)).toMatch(state.remedy);
      expect({ exit: broken.exitCode, json: broken.exit_code }).toEqual({ exit: state.exitCode, json: state.exitCode });
      for (const { status, message, remediation } of broken.checks) {
        expect(message).not.toMatch(/internal|undefined|\[object/);
        if (status === 'warn' || status === 'fail') expect(remediation).toMatch(COMMAND);
      }
      const { bridge, home } = bench;
      for (const secret of [bridge.key, home.cloud.account.refreshToken]) {
        if (secret !== '') expect(broken.output).not.toContain(secret);
      }

      const typed = state.remedy.exec(asInAClone(check?.remediation ?? '', bench.home.flags));
      if (state.fix) await state.fix(bench);
      else bench.type(typed?.[1] ?? typed?.[0] ?? '');
      const fixed = await askHealth(bench, state.args);
      const after = fixed.checks.find(({ name }) => name === state.check);
      expect([after?.status, after?.remediation, after?.message]).toEqual([state.fixed ?? 'pass', '', after?.message]);
      expect(fixed.checks.filter(({ status }) => status === 'fail')).toEqual([]);
      expect(fixed.exitCode).toBe(0);
    });
  },
);
