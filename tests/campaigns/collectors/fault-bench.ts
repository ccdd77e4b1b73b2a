/** A home that is restored before each cycle with a fault, and the requirements afterwards. */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { fault } from '../../../lib/simulator/faults';
import { openHome, type Home } from '../../support/home';
import type { RunResult } from '../../support/run-command';
import { NETWORK_DEEDS, type Kind, type Situation } from './fault-situations';
import { compareWithDatabase, answerOf, type ReportedReading } from './reported-readings';

/** The k-th call (from 1) of a kind, and what it does instead; k = 0: none fails. */
export interface HurtCase {
  kind: Kind;
  k: number;
  deed: string;
}

export interface HurtRun extends RunResult {
  /** whether the call was made */
  reached: boolean;
}

const PRELOAD = join(__dirname, 'fail-kth-call.cjs');
const FLAGS = ['--json', '--quiet-repeats'];

const readingsIn = (result: RunResult): ReportedReading[] => answerOf(result)?.readings ?? [];

export class FaultBench {
  private reportedBefore: ReportedReading[] = [];

  private constructor(
    readonly situation: Situation,
    private readonly home: Home,
  ) {}

  static async open(situation: Situation): Promise<FaultBench> {
    const home = await openHome({
      config: {
        storage: { busy_timeout_ms: 20 },
        retry: { max_attempts: 2, base_delay_seconds: 0.001 },
        hue: { timeout_seconds: 2 },
        amazon_aqm: { timeout_seconds: 2 },
      },
    });
    const bench = new FaultBench(situation, home);
    bench.reportedBefore = (await situation.prepare?.(home)) ?? [];
    mkdirSync(home.dataDirectory, { recursive: true });
    cpSync(home.dataDirectory, bench.inHome('template'), { recursive: true });
    return bench;
  }

  close(): Promise<void> {
    return this.home.close();
  }

  /** Restores everything to the prepared situation. */
  restore(): void {
    const { dataDirectory, logDirectory } = this.home;
    for (const directory of [dataDirectory, logDirectory]) rmSync(directory, { recursive: true, force: true });
    cpSync(this.inHome('template'), dataDirectory, { recursive: true });
  }

  /** One line for each call of this kind that a cycle makes in this situation, in their order. */
  async listCalls(kind: Kind): Promise<string[]> {
    this.restore();
    const { bridge, cloud } = this.home;
    const before = [bridge.requests.length, cloud.requests.length] as const;
    const list = this.inHome('calls');
    rmSync(list, { force: true });
    await this.run({ kind, k: 0, deed: '' }, list);
    if (kind === 'network') {
      const requests = [...bridge.requests.slice(before[0]), ...cloud.requests.slice(before[1])];
      return requests.map(({ method, path }) => `${method} ${path.replace(bridge.key, '<key>')}`);
    }
    const lines = readFileSync(list, 'utf8').trimEnd().split('\n');
    return lines.map((line) => line.replace(`${kind} `, '').replaceAll(this.home.directory, '').slice(0, 60));
  }

  async run({ kind, k, deed }: HurtCase, list = ''): Promise<HurtRun> {
    const { home, situation } = this;
    const holder = await situation.hold?.(home);
    const device = situation.command === 'collect-hue' ? home.bridge : home.cloud;
    const mark = this.inHome('reached');
    rmSync(mark, { force: true });
    const spoiled = kind === 'network' ? NETWORK_DEEDS[deed] : undefined;
    if (spoiled !== undefined) {
      if (k > 1) device.faults.next(spoiled.matcher, fault.none(), k - 1);
      device.faults.next(spoiled.matcher, spoiled.fault);
    }
    const calls = { FAULT_KIND: kind, FAULT_AT: String(k), FAULT_DOES: deed, FAULT_LIST: list, FAULT_MARK: mark };
    const environment = kind === 'network' ? {} : { NODE_OPTIONS: `--require ${PRELOAD}`, ...calls };
    const result = await home.run(situation.command, FLAGS, { environment });
    const reached = kind === 'network' ? device.faults.pending === 0 : existsSync(mark);
    device.faults.clear();
    await holder?.release();
    return { ...result, reached };
  }

  /** What a successful cycle has reported must be stored immediately. */
  async missing(run: HurtRun): Promise<string[]> {
    const { missing } = await compareWithDatabase(this.home, readingsIn(run));
    return missing === 0 ? [] : [`exit ${run.exitCode}, but ${missing} readings are not in the database`];
  }

  /** The next cycle must succeed, and store what was read and could not be stored before. */
  async complaintsAfterwards(hurt: HurtRun): Promise<string[]> {
    const { home, situation } = this;
    const complaints: string[] = [];
    letTimePass(home.dataDirectory);
    const next = await home.run(situation.command, FLAGS);
    // If a cycle fails before it replaces a damaged database, the next one replaces it.
    if (next.exitCode !== 0 && !(next.exitCode === 3 && situation.isDamaged === true)) {
      complaints.push(`the next cycle: exit ${next.exitCode} ${next.stderr}`);
    }
    const reported = [...this.reportedBefore, ...readingsIn(hurt), ...readingsIn(next)];
    const { missing, twice, halved, integrity } = await compareWithDatabase(home, reported);
    if (missing > 0) complaints.push(`${missing} readings are missing after the next cycle`);
    if (twice > 0) complaints.push(`${twice} readings are stored twice`);
    if (halved > 0) complaints.push(`${halved} cycles are stored in part`);
    if (integrity !== 'ok') complaints.push(integrity);
    const replaced = readdirSync(home.dataDirectory).filter((name) => name.includes('.corrupt-'));
    if (replaced.length > 0 && situation.isDamaged !== true) complaints.push('an undamaged database was replaced');
    const left = litter(home);
    if (left.length > 0) complaints.push(`left behind: ${left.join(' ')}`);
    return complaints;
  }

  private inHome(name: string): string {
    return join(this.home.directory, name);
  }
}

const BELONGS =
  /^(readings\.(db|db-wal|db-shm|lock)|readings\.db\.corrupt-\w+(-wal|-shm)?|\.(hue|amazon_aqm|amazon-session)\.lock|\.environment-checked|(amazon-session|bridge-certificate)\.json|collect-(hue|aqm)\.last-failure\.json|spool)$/;

function litter(home: Home): string[] {
  return [
    ...readdirSync(home.dataDirectory).filter((name) => !BELONGS.test(name)),
    ...readdirSync(join(home.dataDirectory, 'spool')).map((name) => `spool/${name}`),
  ];
}

/** A temporary file may belong to a running process until it is ten minutes old. */
function letTimePass(directory: string): void {
  const anHourAgo = new Date(Date.now() - 3_600_000);
  for (const name of readdirSync(directory, { recursive: true, encoding: 'utf8' })) {
    if (name.includes('temporary')) utimesSync(join(directory, name), anHourAgo, anHourAgo);
  }
}
