/** A folder for one test, which is removed when the test ends. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** @returns the absolute path of a new empty folder (0755), removed after each test of the file */
export function scratchDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'home-monitor-test-'));
  chmodSync(directory, 0o755);
  made.push(directory);
  return directory;
}

const made: string[] = [];

const removeAll = (): void => {
  for (const directory of made.splice(0)) rmSync(directory, { recursive: true, force: true });
};
// In the processes that tests start, there is no test that ends.
if (typeof afterEach === 'function') afterEach(removeAll);
