/** What can be wrong with the disk and with the log directory. */
import { chmodSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { succeed, type BrokenState } from './broken-state';

export const DISK_STATES: readonly BrokenState[] = [
  {
    title: 'little room on the disk',
    check: 'disk',
    status: 'warn',
    exitCode: 0,
    says: /the disk of .*data has only \d+ MB left/,
    remedy: /df -h '.*data'/,
    rootBecause: 'only root can mount a small disk',
    bench: { cycles: false, config: { logging: { min_free_mb: 30 } } },
    breakIt: async (bench) => {
      bench.mount(bench.home.dataDirectory, 'size=64m');
      await succeed(bench, 'collect-hue');
      writeFileSync(join(bench.home.dataDirectory, 'somebody-elses-file'), Buffer.alloc(45_000_000));
    },
    fix: ({ home }) => {
      rmSync(join(home.dataDirectory, 'somebody-elses-file'));
    },
  },
  {
    title: 'hardly an inode left',
    check: 'disk',
    status: 'fail',
    exitCode: 1,
    says: /the disk of .*data has only \d+ inodes left/,
    remedy: /df -i '.*data'/,
    rootBecause: 'only root can mount a small disk',
    bench: { cycles: false, config: { logging: { min_free_mb: 1 } } },
    breakIt: async (bench) => {
      bench.mount(bench.home.dataDirectory, 'size=32m,nr_inodes=1100');
      await succeed(bench, 'collect-hue');
      const many = join(bench.home.dataDirectory, 'many');
      mkdirSync(many);
      for (let number = 0; number < 1050; number++) writeFileSync(join(many, String(number)), '');
    },
    fix: ({ home }) => {
      rmSync(join(home.dataDirectory, 'many'), { recursive: true });
    },
  },
];

export const LOGGING_STATES: readonly BrokenState[] = [
  {
    title: 'no log directory yet',
    check: 'logging',
    status: 'warn',
    exitCode: 0,
    says: /the log directory .*logs does not exist yet/,
    remedy: /mkdir -p '.*logs'/,
    breakIt: ({ home }) => rmSync(home.logDirectory, { recursive: true }),
  },
  {
    title: 'a read-only log directory',
    check: 'logging',
    status: 'fail',
    exitCode: 1,
    says: /logs cannot be written in .*logs: permission denied/,
    remedy: /chmod -R u\+rwX '.*logs'/,
    breakIt: ({ home }) => chmodSync(home.logDirectory, 0o555),
  },
  {
    title: 'a log file of root, of a run by sudo',
    check: 'logging',
    status: 'fail',
    exitCode: 1,
    says: /logs cannot be written in .*logs: permission denied \(EACCES\): .*collect-hue\.log/,
    remedy: /sudo chown -R \d+ '.*logs' && chmod -R u\+rwX '.*logs'/,
    rootBecause: 'only root can be two users',
    bench: { cycles: false },
    breakIt: ({ home }) => {
      writeFileSync(join(home.logDirectory, 'collect-hue.log'), '', { mode: 0o644 });
    },
  },
  {
    title: 'a file where the log directory should be',
    check: 'logging',
    status: 'fail',
    exitCode: 1,
    says: /logs is not a directory/,
    remedy: /mv '.*logs' '.*logs\.other'/,
    breakIt: ({ home }) => {
      renameSync(home.logDirectory, `${home.logDirectory}.away`);
      writeFileSync(home.logDirectory, '');
    },
    fix: (bench) => {
      const { logDirectory } = bench.home;
      bench.type(`mv '${logDirectory}' '${logDirectory}.other' && mkdir '${logDirectory}'`);
    },
  },
  {
    title: 'logs over their total',
    check: 'logging',
    status: 'fail',
    exitCode: 1,
    says: /the logs in .*logs take 0\.2 MB, more than logging\.max_total_mb \(0\.1 MB\)/,
    remedy: /node bin\/collect-hue\.js/,
    bench: { config: { logging: { max_total_mb: 0.1, max_file_mb: 0.03 } } },
    breakIt: (bench) => {
      for (let number = 1; number <= 5; number++)
        writeFileSync(join(bench.home.logDirectory, `collect-hue.${number}.log`), logLines(30_000));
      bench.own();
    },
    fix: (bench) => succeed(bench, 'collect-hue'),
  },
  {
    title: 'a rotation that is overdue',
    check: 'logging',
    status: 'warn',
    exitCode: 0,
    says: /a log file in .*logs has grown past 0\.0 MB/,
    remedy: /node bin\/collect-hue\.js/,
    bench: { config: { logging: { max_file_mb: 0.03 } } },
    breakIt: (bench) => {
      writeFileSync(join(bench.home.logDirectory, 'collect-hue.log'), logLines(40_000));
    },
    fix: (bench) => succeed(bench, 'collect-hue'),
  },
  {
    title: 'log files larger than all of them may be',
    check: 'logging',
    status: 'fail',
    exitCode: 1,
    says: /logging\.max_file_mb \(100\) is more than logging\.max_total_mb \(60\)/,
    remedy: /Lower logging\.max_file_mb in config\.yaml/,
    breakIt: (bench) => bench.configure({ logging: { max_file_mb: 100 } }),
    fix: (bench) => bench.configure({}),
  },
];

function logLines(bytes: number): string {
  const line = `${JSON.stringify({ timestamp: '2026-01-01T00:00:00.000Z', level: 'info', program: 'collect-hue' })}\n`;
  return line.repeat(Math.ceil(bytes / line.length));
}
