/**
 * Both collectors in loops, killed at random moments, while a third program takes the database's lock from time to
 * time, so that cycles are also killed while they spool and replay. Every reported reading must be stored once, even if
 * its process was killed.
 */
import { readdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { seededRandom, type Random } from '../../../lib/simulator/random';
import { holdDatabase } from '../../support/held-database';
import { openHome, type Home } from '../../support/home';
import { compareWithDatabase, answerOf, type Comparison, type ReportedReading } from './reported-readings';

export interface CrashOptions {
  kills: number;
  seed: number;
  /** the longest time from the start to the kill, in milliseconds */
  withinMs?: number;
  /** kills in one home; the next home has no database yet */
  killsPerHome?: number;
  onProgress?: (kills: number) => void;
}

export interface CrashResult extends Comparison {
  kills: number;
  /** cycles that ended by themselves, by exit code */
  exits: Record<string, number>;
  /** of `reported`, reported by a process that was killed afterwards */
  reportedByKilled: number;
  /** cycles without a kill, after the kills, that failed */
  failedAfterwards: number;
  /** files that killed processes left, before and after a cycle that may remove them */
  litterBefore: number;
  litterAfter: string[];
}

const COLLECTORS = ['collect-hue', 'collect-aqm'] as const;

/** Everything that may be in the data directory between two cycles. */
const BELONGS =
  /^(readings\.(db|db-wal|db-shm|lock)|\.(hue|amazon_aqm|amazon-session)\.lock|\.environment-checked|(amazon-session|bridge-certificate)\.json|spool)$/;

export async function crash(options: CrashOptions): Promise<CrashResult> {
  const { kills, seed, killsPerHome = 50 } = options;
  const random = seededRandom(seed);
  const sum: CrashResult = {
    kills: 0,
    exits: {},
    reported: 0,
    reportedByKilled: 0,
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
  const reported: ReportedReading[] = [];
  const isOver = () => sum.kills >= until;

  async function killInLoop(command: string): Promise<void> {
    while (!isOver()) {
      const running = home.start(command, ['--json']);
      // Every fourth is not killed, so that some readings are reported, and the spool is emptied from time to time.
      const killAfterMs = random.next() < 0.25 ? 60_000 : random.next() * withinMs;
      const timer = setTimeout(() => running.child.kill('SIGKILL'), killAfterMs);
      const result = await running.result;
      clearTimeout(timer);
      const answer = answerOf(result);
      reported.push(...(answer?.readings ?? []));
      if (result.signal === 'SIGKILL') {
        sum.kills++;
        sum.reportedByKilled += answer?.readings.length ?? 0;
        onProgress?.(sum.kills);
      } else sum.exits[`${result.exitCode}`] = (sum.exits[`${result.exitCode}`] ?? 0) + 1;
    }
  }

  try {
    await Promise.all([...COLLECTORS.map(killInLoop), lockFromTimeToTime(home, random, isOver)]);
    home.configure({ storage: {}, retry: {} });
    sum.litterBefore += litter(home).length;
    letTimePass(home);
    for (const command of COLLECTORS) if ((await home.run(command)).exitCode !== 0) sum.failedAfterwards++;
    sum.litterAfter.push(...litter(home), ...readdirSync(join(home.dataDirectory, 'spool')));
    const found = await compareWithDatabase(home, reported);
    sum.reported += found.reported;
    sum.missing += found.missing;
    sum.twice += found.twice;
    sum.halved += found.halved;
    if (found.integrity !== 'ok') sum.integrity = found.integrity;
    home.logLines(); // throws if a line is incomplete
  } finally {
    await home.close();
  }
}

/** Holds it longer than the collectors wait, so that they spool. */
async function lockFromTimeToTime(home: Home, random: Random, isOver: () => boolean): Promise<void> {
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

/** A temporary file may belong to a running process until it is ten minutes old. */
function letTimePass(home: Home): void {
  const anHourAgo = new Date(Date.now() - 3_600_000);
  for (const directory of [home.dataDirectory, join(home.dataDirectory, 'spool')]) {
    for (const name of readdirSync(directory)) {
      if (name.includes('temporary')) utimesSync(join(directory, name), anHourAgo, anHourAgo);
    }
  }
}
