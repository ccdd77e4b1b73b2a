/** Whether somebody can receive what a collector prints: /dev/null, a pipe that nobody reads, a cron without mail. */
import { spawnSync } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../../support/run-command';
import { scratchDirectory } from '../../support/scratch';

const ask = (...words: string[]) =>
  [process.execPath, join(PROJECT_ROOT, 'tests/support/run-typescript.js'), 'heard', ...words].join(' ');

/** A shell that bears the name of the daemon; `; true` keeps it from becoming its last command. */
function cron(command: string): string {
  const program = join(scratchDirectory(), 'cron');
  copyFileSync('/bin/sh', program);
  return `${program} -c '${command}; true'`;
}

/** The answer of a command whose standard error is a pipe, as cron makes one. @param reader what reads it */
function heard(command: string, reader = 'cat >/dev/null', environment: Record<string, string> = {}): string {
  const line = `{ ${command} 2>&1 >&3 | ${reader}; } 3>&1`;
  const { stdout, stderr } = spawnSync('sh', ['-c', line], {
    encoding: 'utf8',
    env: { ...process.env, ...environment },
  });
  return stdout.trim() + stderr;
}

test.each([
  ['a pipe that somebody reads', () => heard(ask()), 'true'],
  ['a pipe whose reader has gone', () => heard(ask('gone'), 'true'), 'false'],
  ['a file', () => heard(`sh -c '${ask()} 2>${join(scratchDirectory(), 'errors')}'`), 'true'],
  ['/dev/null', () => heard(`sh -c '${ask()} 2>/dev/null'`), 'false'],
  ['cron with a mail program', () => heard(cron(ask('mail'))), 'true'],
  ['cron without one', () => heard(cron(ask())), 'false'],
  ["cron without one, through cron's shell", () => heard(cron(`sh -c "${ask()}; true"`)), 'false'],
  ['cron that is told to mail nobody', () => heard(cron(ask('mail')), undefined, { MAILTO: '' }), 'false'],
  [
    'a program that reads it under cron',
    () => heard(cron(`sh -c "{ ${ask()} 2>&1 >&4 | cat >/dev/null; } 4>&1"`)),
    'true',
  ],
])('%s', (_what, answer, expected) => {
  expect(answer()).toBe(expected);
});
