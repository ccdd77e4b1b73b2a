/** Runs the commands of docs/running.md for a restore and an upgrade, word for word, in a copy of the program. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Database } from '../../lib/store/database';
import { nthCycle } from '../support/cycles';
import { fakeCrontab } from '../support/fake-crontab';
import { openHome, type Home, type HomeOptions } from '../support/home';
import { configIn, store } from '../support/report-home';
import { PROJECT_ROOT } from '../support/run-command';
import { scratchDirectory } from '../support/scratch';

let home: Home;
afterEach(() => home.close());

const PAGE = readFileSync(join(PROJECT_ROOT, 'docs/running.md'), 'utf8');

/** The blocks of shell commands of one section. */
function recipesIn(section: string): string[] {
  const text = PAGE.split(/^## /m).find((part) => part.startsWith(`${section}\n`)) ?? '';
  return [...text.matchAll(/^```sh\n(.*?)^```/gms)].map((match) => match[1] ?? '');
}

/** A home with the program in its own folder, whose last cycle was two hours ago, because cron was off. */
async function openInstallation(options: HomeOptions) {
  home = await openHome(options);
  for (const name of ['bin', 'dist', 'cron', 'package.json']) {
    cpSync(join(PROJECT_ROOT, name), join(home.directory, name), {
      recursive: true,
      filter: (file) => !file.endsWith('.map'),
    });
  }
  symlinkSync(join(PROJECT_ROOT, 'node_modules'), join(home.directory, 'node_modules'));
  const cycle = nthCycle(0);
  cycle.record.started_at = new Date(Date.now() - 2 * 3_600_000).toISOString();
  await store(configIn(home.directory), [cycle]);

  const machine = scratchDirectory();
  const disk = join(machine, 'disk');
  mkdirSync(disk);
  const crontab = fakeCrontab(machine);
  for (const name of ['git', 'npm']) writeFileSync(join(crontab.bin, name), '#!/bin/sh\n', { mode: 0o755 });
  const environment = {
    PATH: `${crontab.bin}:${dirname(process.execPath)}:/usr/bin:/bin`,
    HOME: machine,
  };
  /** Only the path of the backup disk differs from the page; each command must succeed. */
  const type = async (commands: string) => {
    const input = commands.replaceAll('/mnt/backup', disk);
    const shell = spawn('bash', ['-e'], { cwd: home.directory, env: environment });
    const said = { stdout: '', stderr: '' };
    shell.stdout.setEncoding('utf8').on('data', (text: string) => (said.stdout += text));
    shell.stderr.setEncoding('utf8').on('data', (text: string) => (said.stderr += text));
    shell.stdin.end(input);
    const [status] = (await once(shell, 'close')) as [number | null];
    return { status, ...said };
  };
  return { crontab, type };
}

const storedTimes = async () =>
  (await home.query<{ started_at: string }>('SELECT started_at FROM cycles ORDER BY started_at')).map(
    (row) => row.started_at,
  );

/** Leaves what a killed collector leaves. */
async function leaveWal(): Promise<void> {
  const killed = await Database.open(home.databaseFile, 'read-write');
  await killed.exec('DELETE FROM reading; DELETE FROM cycle');
  const wal = readFileSync(`${home.databaseFile}-wal`);
  await killed.close();
  writeFileSync(`${home.databaseFile}-wal`, wal);
}

test('backup and restore: the history is back, and all checks pass', async () => {
  const { type } = await openInstallation({});
  const [backUp = ''] = recipesIn('Backup and restore');
  const restore = /^\*\*To restore\*\*: `([^`]+)`/m.exec(PAGE)?.[1] ?? 'not on the page';
  expect(await type(backUp)).toMatchObject({ status: 0, stderr: '' });
  const saved = await storedTimes();
  await leaveWal();

  expect(await type(restore)).toMatchObject({ status: 0, stderr: '' });
  expect(await storedTimes()).toEqual(saved);
  expect(await type('node bin/collect-hue.js; node bin/collect-aqm.js; node bin/health.js')).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/healthy/i) as string,
  });
});

test('upgrade: collection is on again, and all checks pass', async () => {
  const { crontab, type } = await openInstallation({ cloud: false });
  expect((await type('cron/install.sh')).status).toBe(0);
  const installed = crontab.read();
  const [upgrade = ''] = recipesIn('Upgrade');
  expect(await type(upgrade)).toMatchObject({
    status: 0,
    stderr: '',
    stdout: expect.stringMatching(/healthy/i) as string,
  });
  expect(crontab.read()).toBe(installed);
  expect(installed).toContain('collect-hue');
  expect(await storedTimes()).toHaveLength(2);
});
