/** Takes the lock of a log directory the given number of times, increments a number while it holds it, and ends in the given way. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DirectoryLock } from '../../../lib/logging/directory-lock';

const [, , , directory = '', times = '', end = ''] = process.argv;
const lock = new DirectoryLock(directory);
const counter = join(directory, 'counter');
for (let time = 0; time < Number(times); time++) {
  const refusal = lock.acquire();
  if (refusal !== undefined) throw new Error(refusal);
  writeFileSync(counter, String(Number(readFileSync(counter, 'utf8')) + 1));
  if (end === 'killed' && time === Number(times) - 1) process.kill(process.pid, 'SIGKILL');
  lock.release();
}
lock.close();
