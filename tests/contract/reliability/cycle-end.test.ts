import { once } from 'node:events';
import { resultOf, startChild } from '../../support/child';

/** Without its end, the child would outlive the test. */
test('at the deadline itself the process ends, also if it hangs, and not with 0', async () => {
  const { stdout, code, signal } = await resultOf(startChild('outlive-deadline', ['0.2'], { quiet: true }));
  expect([stdout, signal]).toEqual(['hangs\n', null]);
  expect(code).toBeGreaterThan(0);
});

test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
  '%s alone does not end it: what was read is still to be stored',
  async (signal) => {
    const child = startChild('outlive-deadline', ['1.5'], { quiet: true });
    await once(child.stdout ?? child, 'data');
    child.kill(signal);
    expect(await resultOf(child)).toMatchObject({ signal: null });
  },
);
