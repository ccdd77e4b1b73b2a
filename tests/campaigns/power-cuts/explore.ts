/** Records one command, makes the states that a power cut can leave, runs the next command for real, and judges. */
import {
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { seededRandom } from '../../../lib/simulator/random';
import { inScratch } from '../in-scratch';
import type { Home } from '../../support/home';
import type { RunResult } from '../../support/run-command';
import { afterCut, type Tree } from './disk';
import { fatesOf } from './fates';
import { homeOf, namesIn, type Scenario } from './scenarios';
import { changesIn, tracing, type Change } from './trace';
import { hashOf, readTree, writeTree } from './tree';

/** for faketime: no difference */
export const RIGHT_TIME = '+0';

export interface Options {
  /** how many cut points at most, spread over the command; the last one is always among them */
  cuts: number;
  /** samples of subsets at each cut */
  samples: number;
  seed: number;
  /** Pretends that the program does not synchronise these paths: the campaign must notice. */
  withoutSync?: RegExp;
  /** Does, before the next command, what an older version did: a guess from the files' times. */
  guess?: (databaseFile: string) => void;
  /** cut only after a change of such a path */
  at?: RegExp;
  /** one broken state is enough */
  stopsAtFirst?: true;
  /** what the clock of the next command shows, as faketime understands it; a state gets one of them, in turn */
  clocks?: readonly string[];
  onState?: (states: number) => void;
}

export interface Explored {
  changes: number;
  states: number;
  violations: string[];
}

export function explore(scenario: Scenario, options: Options): Promise<Explored> {
  return inScratch(async (scratch) => {
    const home = await homeOf(scenario);
    try {
      const before = readTree(home.directory);
      const known = await cyclesOf(home);
      const changes = await record(scenario, home, join(scratch, 'trace'), before);
      return await judgeStates(scenario, home, { before, known, changes }, options);
    } finally {
      await home.close();
    }
  });
}

async function record(scenario: Scenario, home: Home, trace: string, before: Tree): Promise<Change[]> {
  const [command, ...args] = await scenario.command(home);
  const output = scenario.stdout === undefined ? null : join(home.directory, scenario.stdout);
  if (output !== null) writeFileSync(output, '');
  const descriptor = output === null ? undefined : openSync(output, 'a');
  const { exitCode, stderr } = await home.run(command, args, {
    wrapper: tracing(trace),
    ...(descriptor === undefined ? {} : { stdout: descriptor }),
  });
  if (descriptor !== undefined) closeSync(descriptor);
  await scenario.whenRecorded?.(home);
  if (exitCode !== (scenario.exitCode ?? 0))
    throw new Error(`${scenario.name}: exit ${exitCode ?? 'signal'}: ${stderr}`);
  if (output !== null) (before as Map<string, Buffer | null>).set(output, Buffer.alloc(0));
  return changesIn(trace, home.directory, (path) => before.get(path)?.length ?? 0);
}

interface Recorded {
  before: Tree;
  known: string[];
  changes: Change[];
}

async function judgeStates(
  scenario: Scenario,
  home: Home,
  { before, known, changes: all }: Recorded,
  options: Options,
): Promise<Explored> {
  const { withoutSync } = options;
  const changes = all.filter(({ kind, path }) => !(kind === 'sync' && withoutSync?.test(path) === true));
  const violations: string[] = [];
  const seen = new Set<string>();
  const { clocks = [RIGHT_TIME] } = options;
  for (const count of cutPoints(changes, options)) {
    for (const fate of fatesOf(count, options.samples, options.seed + count * 100)) {
      const state = afterCut(home.directory, before, changes, count, fate);
      const hash = `${hashOf(state, scenario.rotatesLogs ? null : home.logDirectory)} ${count === changes.length}`;
      if (seen.has(hash) || (options.stopsAtFirst && violations.length > 0)) continue;
      seen.add(hash);
      options.onState?.(seen.size);
      writeTree(home.directory, state, seededRandom(options.seed + seen.size));
      options.guess?.(home.databaseFile);
      const clock = clocks[seen.size % clocks.length] ?? RIGHT_TIME;
      const wrong = await judge(scenario, home, { before: known, hasEnded: count === changes.length, clock });
      const last = changes[count - 1];
      const where = `${scenario.name}, cut after change ${count} of ${changes.length} (${last?.kind ?? ''} ${last?.path.slice(home.directory.length) ?? ''}), ${fate.name}, clock ${clock}`;
      violations.push(...wrong.map((what) => `${where}: ${what}`));
    }
  }
  return { changes: changes.length, states: seen.size, violations };
}

/** From the last one backwards, so that it is always among them. */
function cutPoints(changes: readonly Change[], { cuts, at = /^/ }: Options): number[] {
  const possible = changes.flatMap(({ path }, index) => (at.test(path) ? [index + 1] : [])).reverse();
  const step = Math.max(1, possible.length / cuts);
  return possible.filter((_, index) => Math.floor(index / step) !== Math.floor((index - 1) / step));
}

interface Cut {
  /** cycles before the recorded command */
  before: string[];
  hasEnded: boolean;
  clock: string;
}

async function judge(scenario: Scenario, home: Home, { before, hasEnded, clock }: Cut): Promise<string[]> {
  const wrong: string[] = [];
  const next: RunResult[] = [];
  const wrapper = clock === RIGHT_TIME ? [] : ['faketime', '-f', clock];
  for (const [command, ...args] of scenario.next ?? [['collect-hue'] as const]) {
    const words = args.map((word) => (word === 'BACKUP' ? join(home.directory, 'backup.db') : word));
    const result = await home.run(command, words, { wrapper });
    next.push(result);
    const { exitCode, stderr } = result;
    if (!(scenario.mayEnd ?? [0]).includes(exitCode ?? -1))
      wrong.push(`${command} ended with ${exitCode ?? 'signal'}: ${stderr}`);
  }
  try {
    const after = await cyclesOf(home);
    const names = namesIn(home);
    if (scenario.forgets !== true && !before.every((one) => after.includes(one))) wrong.push('stored cycles are gone');
    if (hasEnded && scenario.stores === true && after.length < before.length + 2) {
      wrong.push('the cycle that was reported is not stored');
    }
    if (scenario.exitCode !== 3 && names.some((name) => name.includes('.corrupt-'))) {
      wrong.push('a sound database was set aside');
    }
    wrong.push(...leftOvers(home).map((name) => `${name} is left over`));
    wrong.push(...((await scenario.check?.({ home, hasEnded, next, before, after, names })) ?? []));
  } catch (thrown) {
    wrong.push(`cannot be judged: ${String(thrown)}`);
  }
  return wrong;
}

/** The starts of all cycles; throws if the database is not sound, or a cycle has not all of its readings. */
async function cyclesOf(home: Home): Promise<string[]> {
  if (!existsSync(home.databaseFile) || !readFileSync(home.databaseFile).toString('latin1', 0, 6).startsWith('SQLite'))
    return [];
  const [check] = await home.query<{ integrity_check: string }>('PRAGMA integrity_check(1)');
  if (check?.integrity_check !== 'ok') throw new Error(`integrity: ${check?.integrity_check ?? ''}`);
  const rows = await home.query<{ started_at: string; expected: number; found: number }>(
    `SELECT started_at, readings_stored + readings_spooled AS expected,
       (SELECT count(*) FROM readings WHERE timestamp = started_at) AS found FROM cycles`,
  );
  const partly = rows.find(({ expected, found }) => expected !== found);
  if (partly !== undefined) throw new Error(`${partly.found} of ${partly.expected} readings of ${partly.started_at}`);
  return rows.map(({ started_at }) => started_at);
}

function leftOvers(home: Home): string[] {
  return readdirSync(home.directory, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /\.temporary|write-test|\.new\b|\.unfinished|\.probe/.test(name),
  );
}

/** What the first versions did: a database newer than its log, with no page in common, counted as a copied backup. */
export function guessFromTimes(databaseFile: string): void {
  const wal = `${databaseFile}-wal`;
  if (!existsSync(databaseFile) || !existsSync(wal) || statSync(wal).size <= 32) return;
  if (statSync(databaseFile).mtimeMs <= statSync(wal).mtimeMs) return;
  const [pages, frames] = [readFileSync(databaseFile), readFileSync(wal)];
  for (let at = 32; at + 24 + 4096 <= frames.length; at += 24 + 4096) {
    const page = frames.readUInt32BE(at);
    const content = frames.subarray(at + 24, at + 24 + 4096);
    if (pages.subarray((page - 1) * 4096, page * 4096).equals(content)) return;
  }
  for (const file of [databaseFile, wal]) renameSync(file, `${file}.corrupt-20260101T000000000Z`);
}
