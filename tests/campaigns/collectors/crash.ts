/**
 * Both collectors in loops, killed at random moments, while a third program takes the database's lock now and then, so
 * that cycles are killed while they spool and replay, too. Whatever a process told, killed or not, must be there once.
 */
import { readdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { seededRandom, type Random } from '../../../lib/simulator/random';
import { holdDatabase } from '../../support/held-database';
import { openHome, type Home } from '../../support/home';
import { reckon, toldBy, type Reckoning, type ToldReading } from './told';

export interface CrashOptions {
  kills: number;
  seed: number;
  /** a kill comes this long after the start at the latest, in milliseconds */
  withinMs?: number;
  /** kills in one home: the next ones find no database yet */
  killsPerHome?: number;
  onProgress?: (kills: number) => void;
}

export interface CrashResult extends Reckoning {
  kills: number;
  /** cycles that ended by themselves, by exit code */
  exits: Record<string, number>;
  /** of `told`, told by a process that was killed afterwards */
  toldByKilled: number;
  /** cycles without a kill, after the kills, that did not end well */
  failedAfterwards: number;
  /** what killed processes left, before and after a cycle that may tidy up */
  litterBefore: number;
  litterAfter: string[];
}

const COLLECTORS = ['collect-hue', 'collect-aqm'] as const;

/** Everything that may lie in the data directory between two cycles. */
const BELONGS =
  /^(readings\.(db|db-wal|db-shm|lock)|\.(hue|amazon_aqm|amazon-session)\.lock|(amazon-session|bridge-certificate)\.json|spool)$/;

export async function crash(options: CrashOptions): Promise<CrashResult> {
  const { kills, seed, killsPerHome = 50 } = options;
  const random = seededRandom(seed);
  const sum: CrashResult = {
    kills: 0,
    exits: {},
    told: 0,
    toldByKilled: 0,
    missing: 0,
    twice: 0,
    halved: 0,
    integrity: 'ok',
    failedAfterwards: 0,
    litterBefore: 0,
    litterAfter: [],
  };
  while (sum.kills < kills) {
    await crashOneHome(Math.min(kills, sum.kills + killsPerHome), random, sum, options);
  }
  return sum;
}

async function crashOneHome(
  until: number,
  random: Random,
  sum: CrashResult,
  { withinMs = 300, onProgress }: CrashOptions,
): Promise<void> {
  const home = await openHome({
    config: { storage: { busy_timeout_ms: 50 }, retry: { max_attempts: 1, base_delay_seconds: 0.01 } },
  });
  const told: ToldReading[] = [];
  const isOver = () => sum.kills >= until;

  async function killInLoop(command: string): Promise<void> {
    while (!isOver()) {
      const running = home.start(command, ['--json']);
      // Every fourth is left alone, so that there is something told, and the spool is emptied now and then.
      const killAfterMs = random.next() < 0.25 ? 60_000 : random.next() * withinMs;
      const timer = setTimeout(() => running.child.kill('SIGKILL'), killAfterMs);
      const result = await running.result;
      clearTimeout(timer);
      const answer = toldBy(result);
      told.push(...(answer?.readings ?? []));
      if (result.signal === 'SIGKILL') {
        sum.kills++;
        sum.toldByKilled += answer?.readings.length ?? 0;
        onProgress?.(sum.kills);
      } else sum.exits[`${result.exitCode}`] = (sum.exits[`${result.exitCode}`] ?? 0) + 1;
    }
  }

  try {
    await Promise.all([...COLLECTORS.map(killInLoop), lockNowAndThen(home, random, isOver)]);
    home.configure({ storage: {}, retry: {} });
    sum.litterBefore += litter(home).length;
    letTimePass(home);
    for (const command of COLLECTORS) if ((await home.run(command)).exitCode !== 0) sum.failedAfterwards++;
    sum.litterAfter.push(...litter(home), ...readdirSync(join(home.dataDirectory, 'spool')));
    const found = await reckon(home, told);
    sum.told += found.told;
    sum.missing += found.missing;
    sum.twice += found.twice;
    sum.halved += found.halved;
    if (found.integrity !== 'ok') sum.integrity = found.integrity;
    home.logLines(); // throws at a torn line
  } finally {
    await home.close();
  }
}

/** Longer than the collectors wait for it, so that they spool. */
async function lockNowAndThen(home: Home, random: Random, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    await wait(random.between(100, 600));
    if (!readdirSync(home.directory).includes('data') || !readdirSync(home.dataDirectory).includes('readings.db'))
      continue;
    const holder = await holdDatabase(home.databaseFile);
    await wait(random.between(50, 400));
    await holder.release();
  }
}

function litter(home: Home): string[] {
  const spool = join(home.dataDirectory, 'spool');
  const unfinished = readdirSync(spool).filter((name) => name.includes('temporary'));
  return [...readdirSync(home.dataDirectory).filter((name) => !BELONGS.test(name)), ...unfinished];
}

/** A temporary file may belong to a process at work until it is ten minutes old. */
function letTimePass(home: Home): void {
  const anHourAgo = new Date(Date.now() - 3_600_000);
  for (const directory of [home.dataDirectory, join(home.dataDirectory, 'spool')]) {
    for (const name of readdirSync(directory)) {
      if (name.includes('temporary')) utimesSync(join(directory, name), anHourAgo, anHourAgo);
    }
  }
}
