/** Runs days of both collectors at once, as fast as possible, with all disturbances; then counts every cycle and reading. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { AQM_DISTURBANCES, HUE_DISTURBANCES, UNDISTURBED, disturbanceScript, type Disturbance } from './disturbances';
import type { HandOnResult } from './soak-hand-on';
import { openSoakHome, type SoakHome } from './soak-home';
import { compareWithDatabase, answerOf, type Comparison, type ReportedReading } from './reported-readings';

export interface SoakOptions {
  /** of each collector; a day has 288 */
  cycles: number;
  seed: number;
  /** of all waiting; 1 is real time, LEAST_SCALE the least */
  scale: number;
  /** whether there are rules about the home, a webhook that is often dead, and a broker that comes and goes */
  handsOn?: boolean;
  onProgress?: (cycles: number) => void;
}

export interface SoakResult extends Comparison {
  cycles: number;
  /** cycles that left no row, by their start */
  gaps: string[];
  expectedReadings: number;
  storedReadings: number;
  /** `collect-hue, 503 for good: exit 0` if another end was expected */
  surprises: string[];
  /** number of cycles with each disturbance, by its name */
  disturbances: Record<string, number>;
  /** cycles that waited more than 100 ms for a lock, and how many of them stored their readings in the end */
  metLock: number;
  storedAfterLock: number;
  /** of these, the ones for which the busy timeout was not enough */
  neededRetry: number;
  /** cycles whose final error was the lock */
  endedLocked: number;
  retries: number;
  fallbacks: number;
  moves: number;
  maxWalBytes: number;
  maxLogBytes: number;
  /** files that should not be there at the end */
  litter: string[];
  handedOn: HandOnResult | null;
}

/** Retry-After counts whole seconds: all waits of the retries together must be longer than one. */
const LEAST_SCALE = 0.2;

const READINGS: Record<string, number> = { 'collect-hue': 8, 'collect-aqm': 2 };

export async function soak(options: SoakOptions): Promise<SoakResult> {
  const { cycles, seed, scale, handsOn = false } = options;
  if (scale < LEAST_SCALE) throw new RangeError(`the scale is ${scale}, and must be at least ${LEAST_SCALE}`);
  const home = await openSoakHome(scale, handsOn);
  try {
    const watch = new Watch(home, options);
    await Promise.all([
      watch.live('collect-hue', disturbanceScript(HUE_DISTURBANCES, cycles, seed)),
      watch.live('collect-aqm', disturbanceScript(AQM_DISTURBANCES, cycles, seed + 1)),
    ]);
    // What waited is sent, because the webhook and the broker are there.
    if (handsOn) for (const command of ['collect-hue', 'collect-aqm']) await watch.live(command, [UNDISTURBED]);
    return await watch.result();
  } finally {
    await home.close();
  }
}

class Watch {
  private readonly reported: ReportedReading[] = [];
  private readonly starts: string[] = [];
  private readonly surprises: string[] = [];
  private readonly disturbances: Record<string, number> = {};
  private expectedReadings = 0;
  private moves = 0;
  private maxWalBytes = 0;
  private maxLogBytes = 0;

  constructor(
    private readonly home: SoakHome,
    private readonly options: SoakOptions,
  ) {}

  async live(command: string, script: readonly Disturbance[]): Promise<void> {
    const device = () => (command === 'collect-hue' ? this.home.bridge : this.home.cloud);
    for (const [number, disturbance] of script.entries()) {
      if (command === 'collect-hue') await this.home.handOn?.change(number);
      const end = await disturbance.begin?.(this.home);
      const result = await this.home.cycle(command);
      device().faults.clear();
      await end?.();
      this.note(command, disturbance, result);
      this.options.onProgress?.(this.starts.length);
    }
  }

  private note(
    command: string,
    disturbance: Disturbance,
    result: { exitCode: number | null; stdout: string; stderr: string },
  ) {
    const answer = answerOf(result);
    this.disturbances[disturbance.name] = (this.disturbances[disturbance.name] ?? 0) + 1;
    if (disturbance.name === 'a moved bridge') this.moves++;
    const { endsWell, partly } = disturbance;
    const expected = partly ?? (endsWell ? (READINGS[command] ?? 0) : 0);
    const exitCode = partly !== undefined ? 3 : endsWell ? 0 : 1;
    this.expectedReadings += expected;
    if (result.exitCode !== exitCode || answer?.readings.length !== expected) {
      this.surprises.push(
        `${command}, ${disturbance.name}: exit ${result.exitCode} ${result.stderr.split('\n')[0] ?? ''}`,
      );
    }
    this.starts.push(answer?.started_at ?? 'unknown');
    this.reported.push(...(answer?.readings ?? []));
    this.maxWalBytes = Math.max(this.maxWalBytes, sizeOf(`${this.home.databaseFile}-wal`));
    this.maxLogBytes = Math.max(
      this.maxLogBytes,
      readdirSync(this.home.logDirectory)
        .filter((name) => name.endsWith('.log'))
        .reduce((sum, name) => sum + sizeOf(join(this.home.logDirectory, name)), 0),
    );
  }

  async result(): Promise<SoakResult> {
    const { home } = this;
    const leftOver = litter(home); // before a reader leaves its side files
    const rows = await home.query<{
      started_at: string;
      readings_stored: number;
      readings_spooled: number;
      retries: number;
      lock_wait_ms: number;
      error_type: string | null;
      endpoint: string | null;
    }>('SELECT * FROM cycles ORDER BY started_at');
    const known = new Set(rows.map(({ started_at }) => started_at));
    const metLock = rows.filter(
      ({ lock_wait_ms, error_type }) => lock_wait_ms > 100 || error_type === 'database_locked',
    );
    const count = (fits: (row: (typeof rows)[number]) => boolean) => rows.filter(fits).length;
    const sum = (of: (row: (typeof rows)[number]) => number) => rows.reduce((total, row) => total + of(row), 0);
    return {
      ...(await compareWithDatabase(home, this.reported)),
      cycles: this.starts.length,
      gaps: this.starts.filter((start) => !known.has(start)),
      expectedReadings: this.expectedReadings,
      storedReadings: sum((row) => row.readings_stored + row.readings_spooled),
      surprises: this.surprises,
      disturbances: this.disturbances,
      metLock: metLock.length,
      storedAfterLock: metLock.filter(({ error_type }) => error_type !== 'database_locked').length,
      neededRetry: metLock.filter(({ lock_wait_ms }) => lock_wait_ms > 5000 * this.options.scale).length,
      endedLocked: count(({ error_type }) => error_type === 'database_locked'),
      retries: sum((row) => row.retries),
      fallbacks: count(({ endpoint }) => endpoint === 'fallback'),
      moves: this.moves,
      maxWalBytes: this.maxWalBytes,
      maxLogBytes: this.maxLogBytes,
      litter: leftOver,
      handedOn: (await home.handOn?.result(home)) ?? null,
    };
  }
}

const BELONGS =
  /^(readings\.(db|lock)|\.(hue|amazon_aqm|amazon-session|home-alerts)\.lock|\.environment-checked|(amazon-session|bridge-(state|certificate)|home-alerts|publish-state)\.json|spool)$/;

/** Who judges the rules only reads the database, and SQLite leaves its (empty) side files after a reader. */
const OF_A_READER = /^readings\.db-(wal|shm)$/;

function litter(home: SoakHome): string[] {
  const belongs = (name: string) => BELONGS.test(name) || (home.handOn !== null && OF_A_READER.test(name));
  return [
    ...readdirSync(home.dataDirectory).filter((name) => !belongs(name)),
    ...readdirSync(join(home.dataDirectory, 'spool')),
  ];
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
