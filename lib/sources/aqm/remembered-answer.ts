/**
 * `health-amazon.json` in the data directory: what Amazon last said to health, so that a dashboard that asks every
 * minute does not use up what the collectors may ask. Deleting it is always safe.
 */
import { join } from 'node:path';
import { isYoung } from '../../clock';
import type { AqmConfig } from '../../config/config';
import { collectWarnings } from '../../check/warnings';
import { readOwnFile } from '../../files/own-file';
import { readOnlyState } from '../../files/state-folder';
import { writeWhole } from '../../files/write-whole';

import { sleep } from '../../reliability/sleep';
import { bind, isBoundTo, openSessionFile } from './session-file';
import type { SessionState } from './session-state';
import type { CheckContext, Judgement } from '../../check/check';
import { durationOf } from '../../check/clocks';
import { HEALTH_FILE } from './state-files';

const LASTS_MS = 5 * 60_000;
const VERSION = 1;

interface Remembered {
  version: typeof VERSION;
  /** another login is another answer */
  bound_to: NonNullable<SessionState['bound_to']>;
  base_urls: AqmConfig['base_urls'];
  /** UTC ISO 8601 */
  asked_at: string;
  judgement: Judgement;
}

type Context = Pick<CheckContext, 'config' | 'fresh' | 'redactor' | 'signal' | 'now' | 'acquireLock'> & {
  aqm: AqmConfig;
  refreshToken: string;
};

/**
 * The remembered answer if it is young enough, else what `ask` says; of several processes that want to ask at once,
 * one does.
 * @param ask an answer is remembered only if Amazon has answered
 */
export async function askedLately(
  context: Context,
  ask: () => Promise<{ judgement: Judgement; answered: boolean }>,
): Promise<Judgement> {
  const directory = context.config.storage.data_directory;
  const file = join(directory, HEALTH_FILE);
  const remembered = () => (context.fresh ? null : read(file, context));
  const known = remembered();
  if (known !== null) return known;
  const lock = await lockOf(join(directory, '.health-amazon.lock'), context);
  try {
    // The process that had the lock before may have asked.
    const justAsked = remembered();
    if (justAsked !== null) return justAsked;
    const { judgement, answered } = await ask();
    if (answered) write(file, judgement, context);
    return judgement;
  } finally {
    await lock?.release();
  }
}

function read(file: string, context: Context): Judgement | null {
  const { now, aqm, refreshToken } = context;
  try {
    const content = JSON.parse(readOwnFile(file)) as Omit<Remembered, 'version'> & { version: unknown };
    const { version, bound_to, base_urls, asked_at, judgement } = content;
    const askedMs = Date.parse(asked_at);
    const age = Math.max(0, now().getTime() - askedMs);
    const sameLogin = isBoundTo(bound_to, { marketplace: aqm.marketplace, refreshToken });
    const sameHosts = JSON.stringify(base_urls) === JSON.stringify(aqm.base_urls);
    if (version !== VERSION || !isYoung(askedMs, LASTS_MS, now().getTime()) || !sameLogin || !sameHosts) return null;
    // Since then Amazon has accepted the token again: what it said before is over.
    if (cookiesObtainedAt(context) > asked_at) return null;
    const note = `(Amazon's answer of ${durationOf(age)} ago; --fresh asks again)`;
    return {
      message: `${judgement.message} ${note}`,
      problems: judgement.problems.map((problem) => ({ ...problem, message: `${problem.message} ${note}` })),
      details: { ...judgement.details, asked_at, answer_age_ms: age },
    };
  } catch {
    return null; // none, or a damaged one: it counts as none
  }
}

/** UTC ISO 8601; '' if there are no cookies of this login */
function cookiesObtainedAt({ config, aqm, refreshToken }: Context): string {
  const session = openSessionFile(readOnlyState(config.storage.data_directory), collectWarnings([]).logger);
  return session.load({ marketplace: aqm.marketplace, refreshToken }).cookies?.obtained_at ?? '';
}

function write(file: string, judgement: Judgement, { now, aqm, refreshToken, redactor }: Context): void {
  const remembered: Remembered = {
    version: VERSION,
    bound_to: bind({ marketplace: aqm.marketplace, refreshToken }),
    base_urls: aqm.base_urls,
    asked_at: now().toISOString(),
    judgement,
  };
  const masked = (_key: string, value: unknown) => (typeof value === 'string' ? redactor(value) : value);
  try {
    writeWhole(file, `${JSON.stringify(remembered, masked, 1)}\n`);
  } catch {
    // If nothing can be written, the check of the database says so.
  }
}

/** Waits for another health that is asking; undefined if no lock can be had at all (no data directory, read-only). */
async function lockOf(path: string, { acquireLock, signal }: Pick<Context, 'acquireLock' | 'signal'>) {
  for (;;) {
    const lock = await acquireLock(path).catch(() => undefined);
    if (lock !== null) return lock;
    await sleep(50, signal);
  }
}
