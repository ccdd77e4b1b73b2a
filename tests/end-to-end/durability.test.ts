/** What a cycle reports as stored or spooled was synchronised to the disk before: strace shows the system calls. */
import { readFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { Database } from '../../lib/store/database';
import { holdDatabase } from '../support/held-database';
import { openHome, type Home } from '../support/home';

let home: Home;
beforeEach(async () => {
  home = await openHome({ config: { storage: { busy_timeout_ms: 10 }, retry: { max_attempts: 0 } } });
});

/** @returns the system calls in their order, each with the paths of its files: `fdatasync(19</tmp/…/readings.db-wal>)` */
async function traced(args: readonly string[]): Promise<{ exitCode: number | null; calls: string[] }> {
  const trace = join(home.directory, 'trace');
  const calls = ['fsync', 'fdatasync', 'rename', 'renameat', 'renameat2', 'write', 'writev', 'pwrite64'].join(',');
  const { exitCode } = await home.run('collect-hue', args, {
    wrapper: ['strace', '-f', '-y', '-qq', '-s', '40', '-o', trace, '-e', `trace=${calls}`],
  });
  return { exitCode, calls: readFileSync(trace, 'utf8').split('\n') };
}

const canTrace = spawnSync('strace', ['-qq', '-o', '/dev/null', 'true']).status === 0;
(canTrace ? describe : describe.skip)(
  `the disk${canTrace ? '' : ' (skipped: strace is not there, or not allowed)'}`,
  () => {
    it('has the commit before the cycle says that it is done', async () => {
      expect((await home.run('collect-hue')).exitCode).toBe(0);
      // While another process has the database open, closing it writes no checkpoint, which would synchronise it in any case.
      const reader = await Database.open(home.databaseFile, 'read-only');
      await reader.exec('BEGIN; SELECT count(*) FROM readings');
      const { exitCode, calls } = await traced(['--json']);
      await reader.close();
      expect(exitCode).toBe(0);
      const said = calls.findIndex((call) => call.includes('{\\"schema_version\\"'));
      const onWal = calls.slice(0, said).filter((call) => /^\d+ +\w+\(\d+<[^>]*readings\.db-wal>/.test(call));
      expect(onWal.filter((call) => call.includes('pwrite64(')).length).toBeGreaterThan(1);
      expect(onWal.at(-1)).toMatch(/f(data)?sync\(/);
    });

    it('has what is spooled before the file bears its name, and the name before the cycle ends', async () => {
      expect((await home.run('collect-hue')).exitCode).toBe(0);
      const holder = await holdDatabase(home.databaseFile);
      const { exitCode, calls } = await traced([]);
      await holder.release();
      expect(exitCode).toBe(1);
      const written = calls.findIndex((call) => /fsync\(\d+<[^>]*\/spool\/\.[^>]*temporary/.test(call));
      const named = calls.findIndex((call) => /rename.*spool\/[^.]*-hue\.json"/.test(call));
      const listed = calls.findIndex((call, index) => index > named && /fsync\(\d+<[^>]*\/data\/spool>/.test(call));
      expect(written).toBeGreaterThanOrEqual(0);
      expect(named).toBeGreaterThan(written);
      expect(listed).toBeGreaterThan(named);
    });
  },
);
