/** What can be wrong with the database and the files beside it. */
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { Database } from '../../../../lib/store/database';
import { SCHEMA_VERSION } from '../../../../lib/store/schema';
import { installationCopy } from '../installation-copy';
import { holdDatabase } from '../hold-database';
import type { Bench } from '../bench';
import { fillDisk } from '../fill-disk';
import { succeed, type BrokenState } from './broken-state';

async function sql(bench: Bench, statements: string): Promise<void> {
  const database = await Database.open(bench.home.databaseFile, 'read-write');
  await database.exec(statements);
  await database.close();
  bench.own();
}

/** Ends the program that `fuser -v` shows, as the remediation says. */
function killWhoHasItOpen({ home }: Bench): Promise<void> {
  const shown = execFileSync('fuser', [home.databaseFile], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  for (const pid of shown.trim().split(/\s+/).map(Number)) {
    // Only a process that this test has started: its command line names the database of this home.
    const commandLine = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    if (!commandLine.includes(home.databaseFile)) throw new Error(`process ${pid} is not ours`);
    process.kill(pid, 'SIGKILL');
  }
  return Promise.resolve();
}

const collect = (bench: Bench) => succeed(bench, 'collect-hue');
/** If a damaged database was replaced, the cycle is partial (exit 3), and the former database is kept aside. */
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
    remedy: /chmod -R u\+rwX '.*data'/,
    breakIt: ({ home }) => chmodSync(home.databaseFile, 0o444),
  },
  {
    title: 'a read-only data directory',
    check: 'database',
    status: 'fail',
    exitCode: 2,
    says: /Cannot write in .*data: permission denied/,
    remedy: /chmod -R u\+rwX '.*data'/,
    breakIt: ({ home }) => chmodSync(home.dataDirectory, 0o555),
  },
  {
    title: 'a file where the data directory should be',
    check: 'database',
    status: 'fail',
    exitCode: 2,
    says: /\.hue\.lock: a part of its path is a file, not a directory/,
    remedy: /mv '.*data' '.*data\.other'/,
    bench: { cycles: false },
    breakIt: (bench) => {
      writeFileSync(bench.home.dataDirectory, 'mine\n');
      bench.own();
    },
  },
  {
    title: 'a file where the spool should be',
    check: 'database',
    status: 'fail',
    exitCode: 1,
    says: /no reading can be kept in .*spool while .*: something else of that name is there/,
    remedy: /mv '.*spool' '.*spool\.other'/,
    breakIt: (bench) => {
      rmSync(join(bench.home.dataDirectory, 'spool'), { recursive: true });
      writeFileSync(join(bench.home.dataDirectory, 'spool'), 'mine\n');
      bench.own();
    },
  },
  {
    title: 'a data directory that is a link to a disk that is not there',
    check: 'database',
    status: 'fail',
    exitCode: 2,
    says: /data is a symbolic link to .*disk, which is not there/,
    remedy: /ls -l '.*data'/,
    bench: { cycles: false },
    breakIt: ({ home }) => symlinkSync(join(home.directory, 'disk'), home.dataDirectory),
    fix: (bench) => {
      mkdirSync(join(bench.home.directory, 'disk'));
      bench.own();
    },
  },
  {
    title: 'a disk that is not mounted, with storage.require_mount',
    check: 'database',
    status: 'fail',
    exitCode: 2,
    says: /data is not on a disk of its own, as storage\.require_mount wants it/,
    remedy: /findmnt -T '.*'; sudo mount -a/,
    rootBecause: 'only root can mount a disk',
    bench: { cycles: false, config: { storage: { require_mount: true }, logging: { min_free_mb: 1 } } },
    breakIt: async (bench) => {
      const { exitCode, stderr } = await bench.run('collect-hue');
      if (exitCode !== 1 || !/is not on a disk of its own/.test(stderr)) throw new Error(stderr);
      if (existsSync(bench.home.dataDirectory)) throw new Error('something was written in the mount point');
    },
    fix: (bench) => bench.mount(bench.home.dataDirectory, 'size=64m'),
  },
  {
    title: 'a table that refuses rows',
    check: 'database',
    status: 'fail',
    exitCode: 2,
    says: /The database takes no reading, its tables were changed: .*not today/,
    remedy: /Undo what was changed .*: mv '.*readings\.db' '.*readings\.db\.other'/,
    breakIt: (bench) =>
      sql(bench, "CREATE TRIGGER t BEFORE INSERT ON reading BEGIN SELECT RAISE(ABORT, 'not today'); END"),
    fix: (bench) => sql(bench, 'DROP TRIGGER t'),
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
    remedy: /node bin\/data\.js merge '.*readings\.db'/,
    bench: { cycles: false },
    breakIt: (bench) => {
      mkdirSync(bench.home.dataDirectory);
      writeFileSync(bench.home.databaseFile, 'not a database, whatever its name says\n'.repeat(100));
      bench.own();
    },
    fix: collectAndForgetTheDamaged,
  },
  {
    title: 'a database with damaged pages',
    check: 'database',
    status: 'fail',
    exitCode: 1,
    says: /is damaged.*next cycle moves it aside/,
    remedy: /node bin\/data\.js merge '.*readings\.db'/,
    breakIt: async (bench) => {
      const { home } = bench;
      await sql(bench, 'PRAGMA wal_checkpoint(TRUNCATE)');
      const file = openSync(home.databaseFile, 'r+');
      const garbage = Buffer.alloc(statSync(home.databaseFile).size - 4096, 0xa5);
      writeSync(file, garbage, 0, garbage.length, 4096);
      closeSync(file);
    },
    fix: collectAndForgetTheDamaged,
  },
  {
    title: 'journal mode changed to DELETE',
    check: 'database',
    status: 'fail',
    exitCode: 1,
    says: /is in journal mode delete, not WAL/,
    remedy: /node bin\/collect-hue\.js/,
    breakIt: (bench) => sql(bench, 'PRAGMA journal_mode = DELETE'),
    fix: collect,
  },
  {
    title: 'a schema of a newer version',
    check: 'database',
    status: 'fail',
    exitCode: 2,
    says: /has schema version 99, this program knows versions up to/,
    remedy: /restore the backup of the older version: node bin\/data\.js restore '.*readings\.db'\.version-\*/,
    breakIt: (bench) => sql(bench, 'PRAGMA user_version = 99'),
    fix: (bench) => sql(bench, `PRAGMA user_version = ${SCHEMA_VERSION}`), // the content of the backup of the older version
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
    title: 'a lock that another program never releases',
    check: 'database',
    status: 'fail',
    exitCode: 2,
    says: /readings\.db is locked: another program is writing to it/,
    remedy: /fuser -v '.*readings\.db'/,
    hangs: true,
    breakIt: (bench) => holdDatabase(bench, 'BEGIN IMMEDIATE'),
    fix: killWhoHasItOpen,
  },
  {
    title: 'a full disk',
    check: 'database',
    status: 'fail',
    exitCode: 2,
    says: /Cannot write in .*data: no space left on device/,
    remedy: /df -h '.*data'/,
    rootBecause: 'only root can mount a small disk',
    bench: { cycles: false, config: { logging: { min_free_mb: 1 } } },
    breakIt: async (bench) => {
      bench.mount(bench.home.dataDirectory, 'size=24m');
      await succeed(bench, 'collect-hue');
      fillDisk(join(bench.home.dataDirectory, 'somebody-elses-file'));
    },
    fix: ({ home }) => {
      rmSync(join(home.dataDirectory, 'somebody-elses-file'));
    },
  },
  {
    title: 'side files of another user',
    check: 'database',
    status: 'fail',
    exitCode: 2,
    says: /readings\.db-(wal|shm), which belongs to user 1234: permission denied/,
    remedy: /sudo chown -R \d+ '.*data' && chmod -R u\+rwX '.*data'/,
    rootBecause: 'only root can be several users',
    breakIt: async (bench) => {
      await sql(bench, 'PRAGMA wal_checkpoint(TRUNCATE)');
      // Another user opens the database with another tool, which is killed.
      chmodSync(bench.home.databaseFile, 0o644);
      chmodSync(bench.home.dataDirectory, 0o777);
      const { kill } = await holdDatabase(bench, 'BEGIN; SELECT count(*) FROM cycles', 1234);
      await kill();
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
    fix: async (bench) => {
      await killWhoHasItOpen(bench);
      await collect(bench);
    },
  },
  {
    title: 'readings that wait in the spool',
    check: 'database',
    status: 'warn',
    exitCode: 0,
    says: /1 cycle waits in .*spool until the database can be written/,
    remedy: /node bin\/collect-hue\.js/,
    bench: { config: { storage: { busy_timeout_ms: 0 }, retry: { max_attempts: 0 } } },
    breakIt: async (bench) => {
      const { kill } = await holdDatabase(bench, 'BEGIN IMMEDIATE');
      const { exitCode } = await bench.run('collect-hue');
      if (exitCode !== 1) throw new Error(`collect-hue ended with ${exitCode ?? 'a signal'}`);
      await kill();
      bench.configure({ storage: {}, retry: {} });
    },
    fix: collect,
  },
  {
    title: 'a damaged database that was moved aside',
    check: 'database',
    status: 'warn',
    exitCode: 0,
    says: /readings\.db\.corrupt-\S+ is a damaged database that was moved aside/,
    remedy: /node bin\/data\.js merge '.*readings\.db\.corrupt-[^']*'/,
    breakIt: async (bench) => {
      const bytes = readFileSync(bench.home.databaseFile);
      writeFileSync(bench.home.databaseFile, bytes.fill('lightning struck ', 0, 4096));
      for (const command of ['collect-hue', 'collect-aqm']) await bench.run(command);
    },
    fix: async (bench) => {
      const name = readdirSync(bench.home.dataDirectory).find((file) => file.includes('.corrupt-')) ?? '';
      const { exitCode } = await bench.run('data', ['merge', join(bench.home.dataDirectory, name)]);
      if (exitCode !== 3) throw new Error(`data merge ended with ${exitCode ?? 'a signal'}`);
      bench.type(`rm '${bench.home.databaseFile}'.corrupt-*`);
    },
  },
  {
    title: 'damaged files of the spool',
    check: 'database',
    status: 'warn',
    exitCode: 0,
    says: /1 damaged spool file lies in .*spool-damaged/,
    remedy: /(rm -r '[^']*spool-damaged')/,
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
    says: /The SQLite driver of this installation (cannot be loaded|is not installed)/,
    remedy: /npm (rebuild sqlite3|ci)/,
    breakIt: (bench) => {
      bench.copy = installationCopy(bench.home.directory);
    },
    fix: ({ copy }) => copy?.installModules(),
  },
];
