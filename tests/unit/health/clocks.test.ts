/** Which of two clocks a check of a source says is wrong. */
import { clockProblems } from '../../../lib/check/clocks';
import { PROGRAM_WRITTEN_MS } from '../../../lib/witnesses';

const DAY = 86_400_000;
const NOW = new Date(PROGRAM_WRITTEN_MS + 100 * DAY);
const IN_2016 = Date.UTC(2016, 0, 1) - NOW.getTime();

test.each<[string, number | null, Date, string | null, RegExp | null]>([
  ['they agree', 60_000, NOW, null, null],
  ['it told no time', null, NOW, null, null],
  ['two minutes', 120_000, NOW, 'warn', /is 2 min ahead of this machine's: See whether this machine keeps time/],
  ['a day', -DAY, NOW, 'fail', /is 24 h behind this machine's: See whether this machine keeps time/],
  [
    'a bridge in 2016',
    IN_2016,
    NOW,
    'warn',
    /this machine's, it says 2016-01-01: A bridge gets the time from the internet/,
  ],
  [
    'this machine in 1970',
    NOW.getTime() - 60_000,
    new Date(60_000),
    'fail',
    /clock says 1970-01-01 00:01 UTC.*timedatectl/,
  ],
])('%s', (_name, differenceMs, now, status, says) => {
  const problems = clockProblems(differenceMs, 'the bridge', now);
  expect(problems.map((problem) => problem.status)).toEqual(status === null ? [] : [status]);
  for (const { message, remediation } of problems) {
    const { say, command } = remediation as { say: string; command: string };
    expect(`${message}: ${say}: ${command}`).toMatch(says as RegExp);
  }
});
