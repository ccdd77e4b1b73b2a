/** What is cut off: each scenario is one command that is recorded, what comes before, and what must hold after the cut. */
import { cpSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fault } from '../../../lib/simulator/faults';
import { Database } from '../../../lib/store/database';
import { migrate } from '../../../lib/store/migrations';
import { MIGRATIONS } from '../../../lib/store/schema';
import { holdDatabase, type Holder } from '../../support/held-database';
import { openHome, type Home, type HomeOptions } from '../../support/home';
import type { RunResult } from '../../support/run-command';

type Words = readonly [command: string, ...args: string[]];

/** What is known when a state is judged. */
export interface Aftermath {
  home: Home;
  /** the recorded command had ended before the cut */
  hasEnded: boolean;
  /** of the commands that came next */
  next: readonly RunResult[];
  /** cycles in the database before the recorded command */
  before: readonly string[];
  /** … and now */
  after: readonly string[];
  /** names in data/ now */
  names: readonly string[];
}

export interface Scenario {
  name: string;
  home?: HomeOptions;
  prepare: (home: Home) => Promise<unknown>;
  /** recorded */
  command: (home: Home) => Words | Promise<Words>;
  /** what its standard output is written into, below the home */
  stdout?: string;
  exitCode?: number;
  whenRecorded?: (home: Home) => Promise<void> | undefined;
  /** done with every state; default: one cycle of Hue */
  next?: readonly Words[];
  /** exit codes that they may have; default: 0 */
  mayEnd?: readonly number[];
  /** readings may be gone that were there before */
  forgets?: true;
  /** the recorded command stores a cycle */
  stores?: true;
  /** states that differ only in what the logs say are judged, too */
  rotatesLogs?: true;
  /** @returns what is wrong beside the usual */
  check?: (aftermath: Aftermath) => Promise<string[]> | string[];
}

const HUE: Words = ['collect-hue'];
const AQM: Words = ['collect-aqm'];
const cycle = (home: Home, [command, ...args]: Words = HUE) => home.run(command, args);
const onlyHue: HomeOptions = { cloud: false };
const onlyAmazon: HomeOptions = { bridge: false };

/** A cycle of 40 days ago. */
async function oldCycles(home: Home): Promise<void> {
  await cycle(home);
  const database = await Database.open(home.databaseFile, 'read-write');
  await database.exec(`UPDATE cycle SET started_ms = started_ms - 40 * 86400000`);
  await database.close();
}

async function versionOne(home: Home): Promise<void> {
  await cycle(home);
  const database = await Database.open(home.databaseFile, 'read-write');
  const rows = await database.all<{ n: number }>('SELECT count(*) AS n FROM cycle');
  await database.close();
  if (rows[0]?.n !== 1) throw new Error('there is no cycle');
  const [first = ''] = MIGRATIONS;
  const old = `${home.databaseFile}.old`;
  writeFileSync(old, '');
  const made = await Database.open(old, 'read-write');
  await made.exec('PRAGMA journal_mode = WAL');
  await migrate(made, 0o600, [first]);
  await made.exec(`ATTACH '${home.databaseFile}' AS now`);
  for (const table of ['word', 'cycle', 'device', 'reading']) {
    const columns = await made.all<{ name: string }>(`SELECT name FROM pragma_table_info('${table}')`);
    const names = columns.map(({ name }) => name).join(', ');
    await made.exec(`INSERT INTO main.${table} (${names}) SELECT ${names} FROM now.${table}`);
  }
  await made.exec('DETACH now');
  await made.close();
  cpSync(old, home.databaseFile);
  for (const suffix of ['', '-wal', '-shm']) if (existsSync(old + suffix)) await removeFile(old + suffix);
}

async function removeFile(path: string): Promise<void> {
  const { rm } = await import('node:fs/promises');
  await rm(path, { force: true });
}

/** a database that another program holds while the command is recorded */
const held = new WeakMap<Home, Holder>();
/** where the browser has ended after a login */
const landing = new WeakMap<Home, string>();

const textOf = (file: string) => (existsSync(file) ? readFileSync(file, 'utf8') : '');
const linesOf = (text: string) => text.split(/\r?\n/).filter((line) => /^\d{4}-/.test(line));

export const SCENARIOS: readonly Scenario[] = [
  { name: 'first cycle', home: onlyHue, prepare: () => Promise.resolve(), command: () => HUE, stores: true },
  { name: 'ordinary cycle', home: onlyHue, prepare: cycle, command: () => HUE, stores: true },
  {
    name: 'spooling',
    home: { ...onlyHue, config: { storage: { busy_timeout_ms: 0 }, retry: { max_attempts: 0 } } },
    prepare: cycle,
    command: async (home) => {
      held.set(home, await holdDatabase(home.databaseFile));
      return HUE;
    },
    whenRecorded: (home) => held.get(home)?.release(),
    exitCode: 1,
    stores: true,
  },
  {
    name: 'spool replay',
    home: { ...onlyHue, config: { storage: { busy_timeout_ms: 0 }, retry: { max_attempts: 0 } } },
    prepare: async (home) => {
      await cycle(home);
      const holder = await holdDatabase(home.databaseFile);
      await cycle(home);
      await holder.release();
    },
    command: () => HUE,
    stores: true,
  },
  {
    name: 'damaged database replaced',
    home: onlyHue,
    prepare: async (home) => {
      await cycle(home);
      writeFileSync(home.databaseFile, 'lightning struck\n'.repeat(1000));
    },
    command: () => HUE,
    exitCode: 3,
    mayEnd: [0, 3],
    check: ({ home, names }) => {
      const kept = names.filter((name) => /^readings\.db\.corrupt-\w+$/.test(name));
      const isKept = kept.some((name) => textOf(join(home.dataDirectory, name)).startsWith('lightning'));
      return isKept ? [] : ['the damaged database is not kept'];
    },
  },
  {
    name: 'token refresh',
    home: onlyAmazon,
    prepare: async (home) => {
      await cycle(home, AQM);
      home.cloud.account.expireCookies();
    },
    command: () => AQM,
    next: [AQM],
    stores: true,
  },
  {
    name: 'alert raised',
    home: onlyAmazon,
    prepare: async (home) => {
      await cycle(home, AQM);
      home.cloud.account.expireCookies();
      home.cloud.faults.always('/auth/token', fault.invalidGrant());
    },
    command: () => AQM,
    exitCode: 4,
    next: [AQM],
    mayEnd: [4],
    check: ({ home }) =>
      /^status: active$/m.test(textOf(join(home.dataDirectory, 'ALERT_TOKEN_REFRESH_NEEDED.txt')))
        ? []
        : ['there is no alert'],
  },
  {
    name: 'alert cleared',
    home: onlyAmazon,
    prepare: async (home) => {
      home.cloud.faults.always('/auth/token', fault.invalidGrant());
      await cycle(home, AQM);
      home.cloud.faults.clear();
    },
    command: () => AQM,
    next: [AQM],
    stores: true,
    check: ({ names }) => (names.includes('ALERT_TOKEN_REFRESH_NEEDED.txt') ? ['the alert is still there'] : []),
  },
  {
    name: 'auth-hue',
    home: { ...onlyHue, bridge: {}, secrets: { hue: { username: 'the-key-of-the-other-bridge' } } },
    prepare: async (home) => {
      const text = textOf(home.configFile).replace(home.bridge.bridgeId, '001788fffe000bad');
      writeFileSync(home.configFile, text);
      await Promise.resolve();
    },
    command: (home) => {
      home.bridge.press();
      return ['auth-hue', '--bridge', home.bridge.httpsUrl || home.bridge.url];
    },
    mayEnd: [0, 1, 4],
    check: ({ home, hasEnded }) => {
      const isNew = [
        textOf(home.configFile).toLowerCase().includes(home.bridge.bridgeId),
        !textOf(home.secretsFile).includes('the-key-of-the-other-bridge'),
      ];
      if (isNew[0] !== isNew[1]) return ['one of the two files is new, the other old'];
      return hasEnded && !isNew[0] ? ['the pairing that was reported is lost'] : [];
    },
  },
  {
    name: 'auth-amazon',
    home: onlyAmazon,
    prepare: async (home) => {
      const { stdout } = await home.run('auth-amazon', []);
      const address = /https?:\/\/\S+\/ap\/signin\?\S+/.exec(stdout)?.[0] ?? '';
      landing.set(home, home.cloud.signIn(address));
    },
    command: (home) => ['auth-amazon', '--url', landing.get(home) ?? ''],
    next: [AQM],
    mayEnd: [0, 4],
    check: ({ hasEnded, next }) => (hasEnded && next[0]?.exitCode !== 0 ? ['the login that was reported is lost'] : []),
  },
  { name: 'migration', home: onlyHue, prepare: versionOne, command: () => HUE, stores: true },
  {
    name: 'log rotation',
    rotatesLogs: true,
    home: { ...onlyHue, config: { logging: { max_file_mb: 0.005, level: 'debug' } } },
    prepare: async (home) => {
      for (let times = 0; times < 3; times++) await cycle(home);
    },
    command: () => HUE,
    stores: true,
  },
  {
    name: 'retention',
    home: { ...onlyHue, config: { storage: { retention_days: 30 } } },
    prepare: oldCycles,
    command: () => HUE,
    forgets: true,
  },
  {
    name: 'since-last',
    home: onlyHue,
    prepare: cycle,
    command: () => ['report', '--format', 'csv', '--since-last'],
    stdout: 'export.csv',
    next: [
      ['report', '--format', 'csv', '--since-last'],
      ['report', '--format', 'csv'],
    ],
    check: ({ home, next }) => {
      const delivered = new Set(linesOf(textOf(join(home.directory, 'export.csv')) + '\n' + (next[0]?.stdout ?? '')));
      const missing = linesOf(next[1]?.stdout ?? '').filter((line) => !delivered.has(line));
      return missing.length === 0 ? [] : [`${missing.length} readings are never exported`];
    },
  },
  {
    name: 'backup',
    home: onlyHue,
    prepare: cycle,
    command: (home) => ['report', 'backup', join(home.directory, 'backup.db')],
    next: [['report', 'backup', 'BACKUP']],
    check: async ({ home }) => {
      const database = await Database.open(join(home.directory, 'backup.db'), 'read-only');
      const [row] = await database.all<{ n: number }>('SELECT count(*) AS n FROM readings');
      await database.close();
      return row?.n === 8 ? [] : [`the backup has ${row?.n ?? 0} of 8 readings`];
    },
  },
  {
    name: 'data merge',
    home: onlyHue,
    prepare: async (home) => {
      await cycle(home);
      await home.run('report', ['backup', join(home.directory, 'backup.db')]);
      for (const suffix of ['', '-wal', '-shm']) await removeFile(home.databaseFile + suffix);
      await cycle(home);
    },
    command: (home) => ['data', 'merge', join(home.directory, 'backup.db'), '--yes'],
    check: ({ hasEnded, after, before }) =>
      hasEnded && after.length !== before.length + 2 ? ['what was merged is lost'] : [],
  },
  {
    name: 'data restore',
    home: onlyHue,
    prepare: async (home) => {
      await cycle(home);
      await home.run('report', ['backup', join(home.directory, 'backup.db')]);
      await cycle(home);
    },
    command: (home) => ['data', 'restore', join(home.directory, 'backup.db'), '--yes'],
    forgets: true,
    check: async ({ home, names, hasEnded, before, after }) => {
      const kept = names.filter((name) => /^readings\.db\.before-restore-\w+$/.test(name));
      if (hasEnded && kept.length !== 1) return ['the database before is not kept'];
      const { ino } = statSync(home.databaseFile);
      if (kept.some((name) => statSync(join(home.dataDirectory, name)).ino === ino))
        return ['a second name is left over'];
      const all = new Set(after);
      for (const name of kept) {
        const database = await Database.open(join(home.dataDirectory, name), 'read-only').catch(() => null);
        const rows = await database?.all<{ started_at: string }>('SELECT started_at FROM cycles').catch(() => []);
        for (const { started_at } of rows ?? []) all.add(started_at);
        await database?.close();
      }
      return before.every((one) => all.has(one)) ? [] : ['a cycle is neither in the database nor in what was kept'];
    },
  },
];

/** Opens the home of a scenario and brings it to the moment before the recorded command. */
export async function homeOf({ home: options = {}, prepare }: Scenario): Promise<Home> {
  const home = await openHome({ ...options, staysOpen: true });
  await prepare(home);
  return home;
}

export function namesIn(home: Home): string[] {
  return existsSync(home.dataDirectory) ? readdirSync(home.dataDirectory).map((name) => basename(name)) : [];
}
