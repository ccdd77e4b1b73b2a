/**
 * Lets the first, second, … last file-system, database and network call of a cycle fail, or kills the cycle there, and
 * looks at what came of it: a documented end, and nothing missing that was told.
 */
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fault, type Fault } from '../../../lib/simulator/faults';
import { holdDatabase, type Holder } from '../../support/held-database';
import { openHome, type Home } from '../../support/home';
import type { RunResult } from '../../support/run-command';
import { reckon, toldBy, type ToldReading } from './told';

type Kind = 'file' | 'database' | 'network';

/** What a cycle finds when it starts. */
export interface Situation {
  name: string;
  command: 'collect-hue' | 'collect-aqm';
  /** makes it, once; what it tells must be there at the end, too */
  prepare?: (home: Home) => Promise<ToldReading[]>;
  /** lasts as long as the cycle that is hurt */
  hold?: (home: Home) => Promise<Holder>;
}

const told = (result: RunResult): ToldReading[] => toldBy(result)?.readings ?? [];

const ordinary = (command: Situation['command']) => async (home: Home) => told(await home.run(command, ['--json']));

async function spooled(home: Home): Promise<ToldReading[]> {
  const before = await ordinary('collect-hue')(home);
  const holder = await holdDatabase(home.databaseFile);
  const waiting = [...(await ordinary('collect-hue')(home)), ...(await ordinary('collect-aqm')(home))];
  await holder.release();
  return [...before, ...waiting];
}

export const SITUATIONS: readonly Situation[] = [
  { name: 'collect-hue, nothing there yet', command: 'collect-hue' },
  { name: 'collect-hue, an ordinary cycle', command: 'collect-hue', prepare: ordinary('collect-hue') },
  { name: 'collect-hue, cycles wait in the spool', command: 'collect-hue', prepare: spooled },
  {
    name: 'collect-hue, the database is locked',
    command: 'collect-hue',
    prepare: ordinary('collect-hue'),
    hold: (home) => holdDatabase(home.databaseFile),
  },
  {
    name: 'collect-hue, the database is damaged',
    command: 'collect-hue',
    prepare: (home) => {
      mkdirSync(home.dataDirectory);
      writeFileSync(home.databaseFile, 'This is a text. '.repeat(1000));
      return Promise.resolve([]);
    },
  },
  { name: 'collect-aqm, nothing there yet', command: 'collect-aqm' },
  { name: 'collect-aqm, an ordinary cycle', command: 'collect-aqm', prepare: ordinary('collect-aqm') },
];

/** `late-`: done, and then reported as failed. */
export const DEEDS: Record<Exclude<Kind, 'network'>, readonly string[]> = {
  file: ['EIO', 'ENOSPC', 'EACCES', 'late-EIO', 'kill', 'late-kill'],
  database: ['SQLITE_IOERR', 'SQLITE_BUSY', 'SQLITE_FULL', 'SQLITE_CORRUPT', 'late-SQLITE_IOERR', 'kill', 'late-kill'],
};

const NETWORK_DEEDS: Record<string, { matcher: string; fault: Fault }> = {
  'refused connection': { matcher: 'CONNECT', fault: fault.reset() },
  'not TLS': { matcher: 'CONNECT', fault: fault.garbage() },
  reset: { matcher: '*', fault: fault.reset() },
  'cut body': { matcher: '*', fault: fault.cut() },
  'empty body': { matcher: '*', fault: fault.empty() },
  HTML: { matcher: '*', fault: fault.html() },
  429: { matcher: '*', fault: fault.status(429) },
  500: { matcher: '*', fault: fault.status(500) },
};

export interface FaultsOptions {
  situations?: readonly Situation[];
  /** which of the cases are tried; default: all */
  chosen?: (nth: number) => boolean;
  onProgress?: (done: number, situation: string) => void;
}

export interface FaultsResult {
  cases: number;
  /** calls of each kind in each situation */
  calls: Record<string, number>;
  /** how the hurt cycles ended: by exit code or `killed` */
  ends: Record<string, number>;
  /** what should not have been, each with the case that makes it again */
  faults: string[];
}

const PRELOAD = join(__dirname, 'fail-kth-call.cjs');

export async function failEachCall(options: FaultsOptions = {}): Promise<FaultsResult> {
  const result: FaultsResult = { cases: 0, calls: {}, ends: {}, faults: [] };
  for (const situation of options.situations ?? SITUATIONS) {
    const bench = await Bench.open(situation);
    try {
      await bench.failAll(options, result);
    } finally {
      await bench.close();
    }
  }
  return result;
}

class Bench {
  private toldBefore: ToldReading[] = [];

  private constructor(
    private readonly situation: Situation,
    private readonly home: Home,
  ) {}

  static async open(situation: Situation): Promise<Bench> {
    const home = await openHome({
      config: {
        storage: { busy_timeout_ms: 20 },
        retry: { max_attempts: 2, base_delay_seconds: 0.001 },
        hue: { timeout_seconds: 2 },
        amazon_aqm: { timeout_seconds: 2 },
      },
    });
    const bench = new Bench(situation, home);
    bench.toldBefore = (await situation.prepare?.(home)) ?? [];
    mkdirSync(home.dataDirectory, { recursive: true });
    cpSync(home.dataDirectory, bench.template, { recursive: true });
    return bench;
  }

  close(): Promise<void> {
    return this.home.close();
  }

  private get template(): string {
    return join(this.home.directory, 'template');
  }

  async failAll({ chosen = () => true, onProgress }: FaultsOptions, result: FaultsResult): Promise<void> {
    const { name } = this.situation;
    let nth = 0;
    const hurt = async (label: string, run: () => Promise<RunResult>) => {
      if (!chosen(nth++)) return;
      await this.hurtOnce(`${name}: ${label}`, run, result);
      onProgress?.(++result.cases, name);
    };
    for (const kind of ['file', 'database'] as const) {
      const calls = await this.listCalls(kind);
      result.calls[`${name}, ${kind}`] = calls.length;
      for (const [index, call] of calls.entries()) {
        for (const deed of DEEDS[kind]) {
          await hurt(`${deed} at ${kind} call ${index + 1} (${call})`, () => this.run(kind, index + 1, deed));
        }
      }
    }
    const requests = await this.countRequests();
    result.calls[`${name}, network`] = requests;
    for (let k = 1; k <= requests; k++) {
      for (const deed of Object.keys(NETWORK_DEEDS)) {
        await hurt(`${deed} at request ${k}`, () => this.run('network', k, deed));
      }
    }
  }

  private async run(kind: Kind, k: number, deed: string, list = ''): Promise<RunResult> {
    const { home, situation } = this;
    const holder = await situation.hold?.(home);
    const spoiled = kind === 'network' ? NETWORK_DEEDS[deed] : undefined;
    if (spoiled !== undefined) {
      for (const { faults } of [home.bridge, home.cloud]) {
        faults.next(spoiled.matcher, fault.none(), k - 1);
        faults.next(spoiled.matcher, spoiled.fault);
      }
    }
    const environment =
      kind === 'network'
        ? {}
        : {
            NODE_OPTIONS: `--require ${PRELOAD}`,
            FAULT_KIND: kind,
            FAULT_AT: String(k),
            FAULT_DOES: deed,
            FAULT_LIST: list,
          };
    const result = await home.run(situation.command, ['--json'], { environment });
    for (const { faults } of [home.bridge, home.cloud]) faults.clear();
    await holder?.release();
    return result;
  }

  private async listCalls(kind: Exclude<Kind, 'network'>): Promise<string[]> {
    this.restore();
    const list = join(this.home.directory, 'calls');
    rmSync(list, { force: true });
    await this.run(kind, 0, '', list);
    const lines = readFileSync(list, 'utf8').trimEnd().split('\n');
    return lines.map((line) => line.replace(`${kind} `, '').replaceAll(this.home.directory, '').slice(0, 60));
  }

  private async countRequests(): Promise<number> {
    this.restore();
    const { bridge, cloud } = this.home;
    const before = bridge.requests.length + cloud.requests.length;
    await this.run('network', 0, '');
    return bridge.requests.length + cloud.requests.length - before;
  }

  private restore(): void {
    const { dataDirectory, logDirectory } = this.home;
    rmSync(dataDirectory, { recursive: true, force: true });
    rmSync(logDirectory, { recursive: true, force: true });
    cpSync(this.template, dataDirectory, { recursive: true });
  }

  private async hurtOnce(label: string, run: () => Promise<RunResult>, result: FaultsResult): Promise<void> {
    const { home, situation } = this;
    this.restore();
    const hurt = await run();
    const end = hurt.signal === null ? `exit ${hurt.exitCode}` : 'killed';
    result.ends[end] = (result.ends[end] ?? 0) + 1;
    const complain = (what: string) => result.faults.push(`${label}: ${what}`);
    const readings = [...this.toldBefore, ...told(hurt)];

    if (hurt.signal === null) this.judgeEnd(hurt, complain);
    if (hurt.exitCode === 0 || hurt.exitCode === 3) {
      const { missing } = await reckon(home, told(hurt));
      if (missing > 0) complain(`${end}, but ${missing} readings are not in the database`);
    }
    letTimePass(home.dataDirectory);
    const next = await home.run(situation.command, ['--json']);
    readings.push(...told(next));
    // A cycle that was hurt before it came to that leaves the replacement of a damaged database to the next one.
    if (next.exitCode !== 0 && !(next.exitCode === 3 && situation.name.includes('damaged'))) {
      complain(`the next cycle: exit ${next.exitCode} ${next.stderr}`);
    }
    const { missing, twice, integrity } = await reckon(home, readings);
    if (missing > 0) complain(`${missing} readings are missing after the next cycle`);
    if (twice > 0) complain(`${twice} readings are there twice`);
    if (integrity !== 'ok') complain(integrity);
    const left = litter(home);
    if (left.length > 0) complain(`left behind: ${left.join(' ')}`);
  }

  private judgeEnd(hurt: RunResult, complain: (what: string) => void): void {
    if (![0, 1, 2, 3, 4].includes(hurt.exitCode ?? -1)) complain(`exit ${hurt.exitCode}`);
    if (/^\s+at |unhandled/im.test(hurt.stderr)) complain(`a stack: ${hurt.stderr}`);
    const answer = toldBy(hurt);
    if (answer === null) complain(`no JSON: ${hurt.stdout.slice(0, 100)}${hurt.stderr}`);
    else if (answer.exit_code !== hurt.exitCode) complain(`exit ${hurt.exitCode}, JSON says ${answer.exit_code}`);
    else if (answer.error?.type === 'internal') complain(`a defect: ${answer.error.message}`);
  }
}

const BELONGS =
  /^(readings\.(db|db-wal|db-shm|lock)|readings\.db\.corrupt-\w+(-wal|-shm)?|\.(hue|amazon_aqm|amazon-session)\.lock|amazon-session\.json|spool)$/;

function litter(home: Home): string[] {
  return [
    ...readdirSync(home.dataDirectory).filter((name) => !BELONGS.test(name)),
    ...readdirSync(join(home.dataDirectory, 'spool')).map((name) => `spool/${name}`),
  ];
}

/** A temporary file may belong to a process at work until it is ten minutes old. */
function letTimePass(directory: string): void {
  const anHourAgo = new Date(Date.now() - 3_600_000);
  for (const name of readdirSync(directory, { recursive: true, encoding: 'utf8' })) {
    if (name.includes('temporary')) utimesSync(join(directory, name), anHourAgo, anHourAgo);
  }
}
