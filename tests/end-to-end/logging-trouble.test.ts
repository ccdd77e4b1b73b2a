/** Problems of the log do not affect the collection. */
import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openHome, type Home } from '../support/home';
import { until } from '../support/until';
import { isRoot, NOBODY } from '../support/as-user';

const LIMITS = { max_file_mb: 0.005, max_backups: 2, max_total_mb: 60, min_free_mb: 0 };

let home: Home;

const cycles = () => home.query('SELECT * FROM cycles');

(isRoot ? test : test.skip)(
  'a rotation that fails is retried when the readings are stored and the lock is free (needs root)',
  async () => {
    home = await openHome({ cloud: false, config: { logging: LIMITS, retry: { base_delay_seconds: 0.4 } } });
    mkdirSync(home.logDirectory, { recursive: true });
    writeFileSync(join(home.logDirectory, 'collect-hue.log'), '{}\n'.repeat(1666));
    execFileSync('chown', ['-R', `${NOBODY}:${NOBODY}`, home.directory]);
    chownSync(home.logDirectory, 0, 0);
    chmodSync(home.logDirectory, 0o555);
    rmSync(home.dataDirectory, { recursive: true, force: true });

    const first = home.start('collect-hue', [], { uid: NOBODY });
    const events = () => home.logged('retry').length;
    await until(() => readdirSync(home.logDirectory).length > 0 && events() > 0);
    // The first cycle still has 2.8 s of retries: the second one neither waits nor is refused.
    const second = await home.run('collect-hue', [], { uid: NOBODY });
    expect(second).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
    expect(await first.result).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
    expect(await cycles()).toMatchObject([
      { outcome: 'ok', readings_stored: 8, retries: 0 },
      { outcome: 'ok', readings_stored: 8, retries: 0 },
    ]);
    const failures = home.logged('rotation_failed');
    expect(failures).toMatchObject([{ level: 'critical' }, { level: 'critical' }]);
    for (const { endpoint } of [...home.logged('retry'), ...home.logged('retry_exhausted')]) {
      expect(endpoint).toBe(join(home.logDirectory, 'collect-hue.log'));
    }
    const delays = home.logged('retry').map(({ delay_ms }) => delay_ms);
    expect(delays.sort()).toEqual([1600, 1600, 400, 400, 800, 800]);
    const order = home.logLines().map(({ event }) => event);
    expect(order.indexOf('cycle_completed')).toBeLessThan(order.indexOf('retry'));
  },
);

test('a log that cannot be written is reported once on stderr, and the readings are stored', async () => {
  home = await openHome({ cloud: false, config: { logging: { level: 'debug' } } });
  mkdirSync(home.logDirectory, { recursive: true });
  symlinkSync('/dev/full', join(home.logDirectory, 'collect-hue.log'));
  const result = await home.run('collect-hue');
  expect(result).toMatchObject({ exitCode: 0, stdout: '' });
  expect(result.stderr).toBe(
    `collect-hue: the log in ${home.logDirectory} cannot be written: ${home.logDirectory}/collect-hue.log is a symbolic link, and is not used. Remove it: rm '${home.logDirectory}/collect-hue.log'\n`,
  );
  expect(await cycles()).toMatchObject([{ outcome: 'ok', readings_stored: 8 }]);
});

test('below min_free_mb there is one warning, no rotation, and the readings are stored', async () => {
  home = await openHome({ cloud: false, config: { logging: { ...LIMITS, level: 'debug', min_free_mb: 1e9 } } });
  mkdirSync(home.logDirectory, { recursive: true });
  writeFileSync(join(home.logDirectory, 'collect-hue.log'), '{}\n'.repeat(1666));
  expect(await home.run('collect-hue')).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
  expect(home.logged('low_disk_space')).toMatchObject([{ level: 'warning' }]);
  expect(readdirSync(home.logDirectory)).toEqual(['collect-hue.log']);
  expect(await cycles()).toMatchObject([{ outcome: 'ok', readings_stored: 8 }]);
});
