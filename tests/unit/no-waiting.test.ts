/** Unit tests start no process and never sleep: a test that needs that is in tests/contract or tests/end-to-end. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const files = readdirSync(__dirname, { recursive: true, encoding: 'utf8' }).filter(
  (name) => name.endsWith('.test.ts') && !name.startsWith('no-waiting'),
);
/** The start of a process, directly or by one of the helpers for that; a sleep. */
const FORBIDDEN =
  /node:child_process|support\/(child|run-command|home|amazon-home|report-installation)'|campaigns\/|setTimeout\(|timers\/promises|reliability\/sleep'/g;

test.each(files)('%s starts no process and never sleeps', (file) => {
  expect(readFileSync(join(__dirname, file), 'utf8').match(FORBIDDEN)).toBeNull();
});
