/** The command `data` as a person types it; what the operations do is in tests/unit/data. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openHome, type Home } from '../support/home';
import { PROJECT_ROOT } from '../support/run-command';

let home: Home;
beforeEach(async () => {
  home = await openHome();
});

interface Answer {
  command: string;
  exit_code: number;
  outcome: string;
  error: { type: string; message: string; remediation: string } | null;
  merge?: Record<string, unknown>;
  restore?: Record<string, unknown>;
}
const json = (stdout: string) => JSON.parse(stdout) as Answer;

it('a backup is restored, what it lacks is merged, and the collectors go on', async () => {
  const backup = join(home.directory, 'backup.db');
  await home.run('collect-hue');
  await home.run('report', ['backup', backup]);
  await home.run('collect-hue');
  const dry = await home.run('data', ['restore', backup, '--dry-run', '--json']);
  expect(json(dry.stdout)).toMatchObject({ command: 'data', exit_code: 0, restore: { dry_run: true, readings: 8 } });
  expect(await home.query('SELECT count(*) AS n FROM readings')).toEqual([{ n: 16 }]);

  const restored = await home.run('data', ['restore', backup, '--yes']);
  expect(restored).toMatchObject({ exitCode: 0, stderr: '' });
  expect(await home.query('SELECT count(*) AS n FROM readings')).toEqual([{ n: 8 }]);
  expect((await home.run('collect-hue')).exitCode).toBe(0);
  const [, line = ''] = /bin\/data\.js (--config .* merge .*)\n/.exec(restored.stdout) ?? [];
  const merged = await home.run('data', [...line.split(' '), '--json']);
  expect(json(merged.stdout)).toMatchObject({
    outcome: 'ok',
    error: null,
    merge: { readings_stored: 8, cycles_stored: 1 },
  });
  expect(await home.query('SELECT count(*) AS n FROM readings')).toEqual([{ n: 24 }]);
  expect((await home.run('health', ['database'])).exitCode).toBe(0);
  expect(home.logged('data_restore')).toMatchObject([{ level: 'info', program: 'data', readings: 8 }]);
});

it('a database that was set aside is merged: exit 3, and what could not be read is counted', async () => {
  await home.run('collect-hue');
  copyFileSync(home.databaseFile, join(home.directory, 'damaged.db'));
  const bytes = readFileSync(home.databaseFile);
  writeFileSync(home.databaseFile, bytes.fill(0x5a, 0, 4096));
  expect((await home.run('collect-hue')).exitCode).toBe(3);
  const aside = home.logged('database_replaced')[0]?.['moved_to'] as string;
  const { exitCode, stdout } = await home.run('data', ['merge', aside, '--json']);
  expect(exitCode).toBe(3);
  expect(json(stdout)).toMatchObject({
    ...{ exit_code: 3, outcome: 'partial', error: null },
    merge: { readings_stored: 8, damaged_pages: 1, readings_lost: 0 },
  });
  expect(await home.query('SELECT count(*) AS n FROM readings')).toEqual([{ n: 16 }]);
});

it('forget asks on a terminal, and wants --yes elsewhere', async () => {
  await home.run('collect-hue');
  const [row] = await home.query<{ device_id: string }>('SELECT device_id FROM readings ORDER BY 1 LIMIT 1');
  const device = row?.device_id ?? '';
  const elsewhere = await home.run('data', ['forget', device, '--json']);
  expect(elsewhere.exitCode).toBe(2);
  expect(json(elsewhere.stdout).error?.message).toContain('add --yes');
  const typed = [process.execPath, join(PROJECT_ROOT, 'bin/data.js'), ...home.flags, 'forget', device].join(' ');
  const answered = (answer: string) =>
    spawnSync('script', ['-qec', typed, '/dev/null'], { input: `${answer}\n`, encoding: 'utf8' }).stdout;
  expect(answered('n')).toContain('Nothing was changed');
  expect(await home.query('SELECT count(*) AS n FROM readings')).toEqual([{ n: 8 }]);
  expect(answered('y')).toContain(`1 reading of ${device}`);
  expect(await home.query('SELECT count(*) AS n FROM readings')).toEqual([{ n: 7 }]);
  const { exitCode, stdout } = await home.run('data', ['clock', '--json']);
  expect({ exitCode, clock: (JSON.parse(stdout) as { clock: object }).clock }).toMatchObject({
    exitCode: 0,
    clock: { doubtful: 0 },
  });
});

it.each([
  [[], 2, 'data needs a word that says what to do; there are restore'],
  [['restore'], 2, 'type: data restore FILE (nothing was given after restore)'],
  [['mend', 'x'], 2, 'unexpected argument "mend"'],
  [['merge', '/nonexistent/x.db'], 1, 'Cannot read /nonexistent/x.db: no such file'],
])('data %j: exit %d, and one object', async (args, code, message) => {
  const { exitCode, stdout, stderr } = await home.run('data', [...args, '--json']);
  expect(exitCode).toBe(code);
  expect(stderr).toContain(`data: ${message}`);
  expect(json(stdout)).toMatchObject({
    command: 'data',
    exit_code: code,
    error: { message: expect.stringContaining(message) as string },
  });
});
