/** What can be wrong with the database and with what lies beside it. */
import {
  chmodSync,
  mkdirSync,
  openSync,
  closeSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { execFileSync } from 'node:child_process';
import { Database } from '../../../../lib/store/database';
import { startChild } from '../../../support/child';
import { isRoot, NOBODY } from '../../../support/as-user';
import { installationCopy } from '../installation-copy';
import type { Bench } from '../bench';
import { succeed, type BrokenState } from './broken-state';

async function sql(bench: Bench, statements: string): Promise<void> {
  const database = await Database.open(bench.home.databaseFile, 'read-write');
  await database.exec(statements);
  await database.close();
  bench.own();
}

/** A process of the home's user (or of another) that has the database open, and says when it has what it came for. */
async function holdDatabase(
  bench: Bench,
  statements: string,
  uid = NOBODY,
): Promise<{ pid: number; kill: () => Promise<void> }> {
  const child = startChild('hold-database', [bench.home.databaseFile, statements], isRoot ? { uid } : {});
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await Promise.race([
    new Promise((resolve) => child.stdout?.once('data', resolve)),
    ended.then(() => Promise.reject(new Error('the holder of the database ended before it had it'))),
  ]);
  const kill = () => {
    child.kill('SIGKILL');
    return ended;
  };
  bench.onClose(kill);
  return { pid: child.pid ?? 0, kill };
}

/** Ends the program that `fuser -v` shows, as the remedy says. */
function killWhoHasItOpen({ home }: Bench): Promise<void> {
  const shown = execFileSync('fuser', [home.databaseFile], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  for (const pid of shown.trim().split(/\s+/).map(Number)) {
    // Only what this test has started: its command line names the database of this home.
    const commandLine = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    if (!commandLine.includes(home.databaseFile)) throw new Error(`process ${pid} is not ours`);
    process.kill(pid, 'SIGKILL');
  }
  return Promise.resolve();
}

const collect = (bench: Bench) => succeed(bench, 'collect-hue');
/** Where a damaged database was replaced, the cycle is partial (exit 3), and the former one lies aside. */
async function collectAndForgetTheDamaged(bench: Bench): Promise<void> {
  const { exitCode } = await bench.run('collect-hue');
  if (exitCode !== 3) throw new Error(`collect-hue ended with ${exitCode ?? 'a signal'}`);
  bench.type(`rm '${bench.home.databaseFile}'.corrupt-*`);
}

export const DATABASE_STATES: readonly BrokenState[] = [
  {
    title: 'a read-only database',
    check: 'database',
    status: 'fail',
    exitCode: 2,
    says: /readings\.db cannot be written: .*permission denied/,
    remedy: /sudo chown \d+ '.*readings\.db' && chmod u\+w '.*readings\.db'/,
    breakIt: ({ home }) => chmodSync(home.databaseFile, 0o444),
  },
  {
    title: 'a read-only data directory',
    check: 'database',
    status: 'fail',
    exitCode: 2,
    says: /data cannot be written: permission denied/,
    remedy: /sudo chown \d+ '.*data' && chmod u\+rwx '.*data'/,
    breakIt: ({ home }) => chmodSync(home.dataDirectory, 0o555),
  },
  {
    title: 'a file where the data directory should be',
    check: 'database',
    status: 'fail',
    exitCode: 2,
    says: /data cannot be written: it is not a directory/,
    remedy: /mv '.*data' '.*data\.other'/,
    bench: { cycles: false },
    breakIt: (bench) => {
      writeFileSync(bench.home.dataDirectory, 'mine\n');
      bench.own();
    },
  },
  {
    title: 'a directory where the database should be',
    check: 'database',
    status: 'fail',
    exitCode: 2,
    says: /readings\.db is a directory/,
    remedy: /mv '.*readings\.db' '.*readings\.db\.other'/,
    bench: { cycles: false },
    breakIt: (bench) => {
      mkdirSync(bench.home.databaseFile, { recursive: true });
      bench.own();
    },
  },
  {
    title: 'a file that is not a database',
    check: 'database',
    status: 'fail',
    exitCode: 1,
    says: /is damaged, or not a database of SQLite.*next cycle moves it aside/,
    remedy: /sqlite3 '.*' \.recover/,
    bench: { cycles: false },
    breakIt: (bench) => {
      mkdirSync(bench.home.dataDirectory);
      writeFileSync(bench.home.databaseFile, 'not a database, whatever its name says\n'.repeat(100));
      bench.own();
    },
    mend: collectAndForgetTheDamaged,
  },
  {
    title: 'a database with damaged pages',
    check: 'database',
    status: 'fail',
    exitCode: 1,
    says: /is damaged.*next cycle moves it aside/,
    remedy: /sqlite3 '.*' \.recover/,
    breakIt: async (bench) => {
      const { home } = bench;
      await sql(bench, 'PRAGMA wal_checkpoint(TRUNCATE)');
      const file = openSync(home.databaseFile, 'r+');
      const garbage = Buffer.alloc(statSync(home.databaseFile).size - 4096, 0xa5);
      writeSync(file, garbage, 0, garbage.length, 4096);
      closeSync(file);
    },
    mend: collectAndForgetTheDamaged,
  },
  {
    title: 'journal mode changed to DELETE',
    check: 'database',
    status: 'fail',
    exitCode: 1,
    says: /is in journal mode delete, not WAL/,
    remedy: /node bin\/collect-hue\.js/,
    breakIt: (bench) => sql(bench, 'PRAGMA journal_mode = DELETE'),
    mend: collect,
  },
  {
    title: 'a schema of a newer version',
    check: 'database',
    status: 'fail',
    exitCode: 2,
    says: /has schema version 99, this program knows versions up to/,
    remedy: /Install the newer home-temperature-monitor.*restore the backup/,
    breakIt: (bench) => sql(bench, 'PRAGMA user_version = 99'),
    mend: (bench) => sql(bench, 'PRAGMA user_version = 1'), // what the backup of the older version holds
  },
  {
    title: "another program's database",
    check: 'database',
    status: 'fail',
    exitCode: 2,
    says: /is a database of another program/,
    remedy: /mv '.*readings\.db' '.*readings\.db\.other'/,
    bench: { cycles: false },
    breakIt: (bench) => {
      mkdirSync(bench.home.dataDirectory);
      writeFileSync(bench.home.databaseFile, '');
      return sql(bench, 'CREATE TABLE bookmarks (url TEXT)');
    },
  },
  {
    title: 'a lock that another program does not let go of',
    check: 'database',
    status: 'fail',
    exitCode: 2,
    says: /readings\.db is locked: another program is writing to it/,
    remedy: /fuser -v '.*readings\.db'/,
    breakIt: (bench) => holdDatabase(bench, 'BEGIN IMMEDIATE'),
    mend: killWhoHasItOpen,
  },
  {
    title: 'a full disk',
    check: 'database',
    status: 'fail',
    exitCode: 2,
    says: /readings\.db cannot grow: the disk is full/,
    remedy: /df -h '.*data'/,
    rootBecause: 'only root can mount a small disk',
    bench: { cycles: false, config: { logging: { min_free_mb: 1 } } },
    breakIt: async (bench) => {
      bench.mount(bench.home.dataDirectory, 'size=24m');
      await succeed(bench, 'collect-hue');
      fill(join(bench.home.dataDirectory, 'somebody-elses-file'));
    },
    mend: ({ home }) => {
      rmSync(join(home.dataDirectory, 'somebody-elses-file'));
    },
  },
  {
    title: 'side files of another user',
    check: 'database',
    status: 'fail',
    exitCode: 2,
    says: /readings\.db-shm belongs to user 1234, the database to user \d+/,
    remedy: /sudo chown --reference='.*readings\.db' '.*readings\.db-shm' && sudo chmod --reference='[^']*' '[^']*'/,
    rootBecause: 'only root can be several users',
    breakIt: async (bench) => {
      await sql(bench, 'PRAGMA wal_checkpoint(TRUNCATE)');
      // Somebody looks at the database with a tool of his own, which is killed.
      chmodSync(bench.home.databaseFile, 0o644);
      chmodSync(bench.home.dataDirectory, 0o777);
      const { kill } = await holdDatabase(bench, 'BEGIN; SELECT count(*) FROM cycles', 1234);
      await kill();
    },
    mend: async (bench) => {
      for (const suffix of ['-shm', '-wal']) {
        const [path, side] = [bench.home.databaseFile, bench.home.databaseFile + suffix];
        bench.type(`sudo chown --reference='${path}' '${side}' && sudo chmod --reference='${path}' '${side}'`);
      }
      await collect(bench);
    },
  },
  {
    title: 'a write-ahead log that only grows',
    check: 'database',
    status: 'fail',
    exitCode: 1,
    says: /readings\.db-wal has grown to \d+ MB .*a reader that never ends/,
    remedy: /fuser -v '.*readings\.db'/,
    bench: { config: { storage: { wal_autocheckpoint_pages: 100 } } },
    breakIt: async (bench) => {
      await holdDatabase(bench, 'BEGIN; SELECT count(*) FROM cycles');
      const database = await Database.open(bench.home.databaseFile, 'read-write');
      for (let text = 0; text < 60; text++)
        await database.exec(`INSERT INTO word (text) VALUES ('${text} ' || hex(zeroblob(50000)))`);
      await database.close();
      bench.own();
    },
    mend: async (bench) => {
      await killWhoHasItOpen(bench);
      await collect(bench);
    },
  },
  {
    title: 'readings that wait in the spool',
    check: 'database',
    status: 'warn',
    exitCode: 0,
    says: /1 cycles? waits? in .*spool until the database can be written/,
    remedy: /node bin\/collect-hue\.js/,
    bench: { config: { storage: { busy_timeout_ms: 0 }, retry: { max_attempts: 0 } } },
    breakIt: async (bench) => {
      const { kill } = await holdDatabase(bench, 'BEGIN IMMEDIATE');
      const { exitCode } = await bench.run('collect-hue');
      if (exitCode !== 1) throw new Error(`collect-hue ended with ${exitCode ?? 'a signal'}`);
      await kill();
      bench.configure({ storage: {}, retry: {} });
    },
    mend: collect,
  },
  {
    title: 'a damaged database that was moved aside',
    check: 'database',
    status: 'warn',
    exitCode: 0,
    says: /readings\.db\.corrupt-\S+ is a damaged database that was moved aside/,
    remedy: /(rm '.*readings\.db\.corrupt-[^']*'\*)/,
    breakIt: async (bench) => {
      writeFileSync(bench.home.databaseFile, 'lightning struck\n'.repeat(1000));
      for (const command of ['collect-hue', 'collect-aqm']) await bench.run(command);
    },
  },
  {
    title: 'damaged files of the spool',
    check: 'database',
    status: 'warn',
    exitCode: 0,
    says: /1 damaged spool files? lies? in .*spool-damaged/,
    remedy: /(rm -r '.*spool-damaged')/,
    breakIt: async (bench) => {
      const spool = join(bench.home.dataDirectory, 'spool');
      mkdirSync(spool, { recursive: true });
      writeFileSync(join(spool, '20260101T000000000Z-hue.json'), '{"spool_version":1,"rec');
      bench.own();
      await collect(bench);
    },
  },
  {
    title: 'the native module of SQLite is missing',
    check: 'database',
    status: 'fail',
    exitCode: 2,
    says: /The SQLite driver of this installation cannot be loaded/,
    remedy: /npm rebuild sqlite3/,
    breakIt: (bench) => {
      bench.copy = installationCopy(bench.home.directory);
    },
    mend: ({ copy }) => copy?.installModules(),
  },
];

/** Writes until the disk is full. */
function fill(path: string): void {
  const file = openSync(path, 'w');
  const block = Buffer.alloc(64 * 1024);
  try {
    for (let size = block.length; size >= 1; size = Math.floor(size / 2)) {
      try {
        for (;;) writeSync(file, block, 0, size);
      } catch (thrown) {
        if ((thrown as NodeJS.ErrnoException).code !== 'ENOSPC') throw thrown;
      }
    }
  } finally {
    closeSync(file);
  }
}

export const DISK_STATES: readonly BrokenState[] = [
  {
    title: 'little room on the disk',
    check: 'disk',
    status: 'warn',
    exitCode: 0,
    says: /the disk of .*data has only \d+ MB left/,
    remedy: /df -h '.*data' && df -i '.*data'/,
    rootBecause: 'only root can mount a small disk',
    bench: { cycles: false, config: { logging: { min_free_mb: 30 } } },
    breakIt: async (bench) => {
      bench.mount(bench.home.dataDirectory, 'size=64m');
      await succeed(bench, 'collect-hue');
      writeFileSync(join(bench.home.dataDirectory, 'somebody-elses-file'), Buffer.alloc(45_000_000));
    },
    mend: ({ home }) => {
      rmSync(join(home.dataDirectory, 'somebody-elses-file'));
    },
  },
  {
    title: 'hardly an inode left',
    check: 'disk',
    status: 'fail',
    exitCode: 1,
    says: /the disk of .*data has only \d+ inodes left/,
    remedy: /df -h '.*data' && df -i '.*data'/,
    rootBecause: 'only root can mount a small disk',
    bench: { cycles: false, config: { logging: { min_free_mb: 1 } } },
    breakIt: async (bench) => {
      bench.mount(bench.home.dataDirectory, 'size=32m,nr_inodes=1100');
      await succeed(bench, 'collect-hue');
      const many = join(bench.home.dataDirectory, 'many');
      mkdirSync(many);
      for (let number = 0; number < 1050; number++) writeFileSync(join(many, String(number)), '');
    },
    mend: ({ home }) => {
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
    remedy: /sudo chown \d+ '.*logs' && chmod u\+rwx '.*logs'/,
    breakIt: ({ home }) => chmodSync(home.logDirectory, 0o555),
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
    mend: (bench) => {
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
    mend: collect,
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
    mend: collect,
  },
  {
    title: 'log files larger than all of them may be',
    check: 'logging',
    status: 'fail',
    exitCode: 1,
    says: /logging\.max_file_mb \(100\) is more than logging\.max_total_mb \(60\)/,
    remedy: /Lower logging\.max_file_mb in config\.yaml/,
    breakIt: (bench) => bench.configure({ logging: { max_file_mb: 100 } }),
    mend: (bench) => bench.configure({}),
  },
];

function logLines(bytes: number): string {
  const line = `${JSON.stringify({ timestamp: '2026-01-01T00:00:00.000Z', level: 'info', program: 'collect-hue' })}\n`;
  return line.repeat(Math.ceil(bytes / line.length));
}
