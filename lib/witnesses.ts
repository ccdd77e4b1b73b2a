/**
 * Which clock is believed if this machine's and a device's differ. docs/decisions/which-clock-is-believed.md tells why,
 * with all cases; tests/unit/witnesses.test.ts is the table of them.
 */

import type { Remedy } from './errors';

/** What to do about this machine's clock. */
export const KEEP_TIME: Remedy = {
  say: 'See whether this machine keeps time, and switch that on',
  command: 'timedatectl; sudo timedatectl set-ntp true',
};

export interface Witnesses {
  /** this machine's clock, in milliseconds since 1970 */
  oursMs: number;
  /** the device's clock minus ours, in milliseconds; null: it told no time */
  differenceMs: number | null;
  /** TLS has proved whose clock that is */
  isProved: boolean;
  /** somebody keeps the device's clock right: it is a cloud, not a box in the home */
  isKept: boolean;
  /** the same of a cloud that was asked within the last hour; null: none was */
  cloudDifferenceMs: number | null;
  /** start of the newest cycle in which a second clock was heard and believed, or agreed; null: there is none */
  newestMs: number | null;
  /** so far from the newest cycle a time is taken for the next one */
  nearMs: number;
}

export interface ClockVerdict {
  clock: 'ok' | 'corrected' | 'doubtful';
  /** our clock plus this is the time of the cycle */
  correctionMs: number;
  /** how far the device's clock is from the time that is believed, if it is the device's that is wrong; else 0 */
  deviceErrorMs: number;
  /** it is not later than this, in milliseconds since 1970 */
  latestMs: number;
  /** what decided, as the end of a sentence */
  because: string;
  /** by this time old readings may be forgotten; null: none may */
  forgetAtMs: number | null;
}

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const YEAR_MS = 366 * DAY_MS;
const IN_2100 = Date.UTC(2100, 0, 1);
/** Clocks in a home differ by seconds. */
export const CLOCKS_AGREE_MS = MINUTE_MS;

/**
 * When this program was written: no clock that is right says an earlier time. Written here and not taken from the
 * machine that builds it, whose clock may be wrong as well.
 */
export const PROGRAM_WRITTEN_MS = Date.UTC(2026, 10, 28);

/** A day is left for the zones of the earth and for slow clocks. */
export function isBeforeThisProgram(ms: number): boolean {
  return ms < PROGRAM_WRITTEN_MS - DAY_MS;
}

/** For a cycle that ends before its device is asked, and leaves no row. */
export const UNHEARD: ClockVerdict = {
  clock: 'ok',
  correctionMs: 0,
  deviceErrorMs: 0,
  latestMs: Infinity,
  because: '',
  forgetAtMs: null,
};

export function judgeClock(witnesses: Witnesses): ClockVerdict {
  const { oursMs, differenceMs, isProved, isKept, cloudDifferenceMs, newestMs } = witnesses;
  const isOursImpossible = isBeforeThisProgram(oursMs);
  if (differenceMs === null || Math.abs(differenceMs) <= CLOCKS_AGREE_MS) {
    if (isOursImpossible) return doubtful('it is before this program was written');
    if (differenceMs !== null) return agreed(oursMs);
    return newestMs !== null && oursMs < newestMs - CLOCKS_AGREE_MS
      ? doubtful('the newest stored cycle is later')
      : { ...agreed(oursMs), because: 'nobody contradicts', forgetAtMs: null };
  }
  const theirsMs = oursMs + differenceMs;
  const decided = { ...witnesses, differenceMs, theirsMs };
  if (isBeforeThisProgram(theirsMs)) {
    if (isOursImpossible) return doubtful('both clocks are before this program was written');
    return believeOurs(decided, "the device's clock is before this program was written");
  }
  if (isKept && isProved) return { ...believeTheirs(decided, 'its servers keep the time'), forgetAtMs: theirsMs };
  if (cloudDifferenceMs !== null) {
    const cloudMs = oursMs + cloudDifferenceMs;
    return Math.abs(cloudDifferenceMs) <= CLOCKS_AGREE_MS
      ? { ...believeOurs(decided, 'a cloud agreed with this machine lately'), forgetAtMs: oursMs }
      : {
          ...{ clock: 'corrected', correctionMs: cloudDifferenceMs, deviceErrorMs: theirsMs - cloudMs },
          ...{ latestMs: cloudMs, because: 'a cloud said so lately', forgetAtMs: cloudMs },
        };
  }
  if (isOursImpossible) return believeTheirs(decided, "this machine's clock is before this program was written");
  if (newestMs === null) return withoutHistory(decided);
  return byNewest({ ...decided, newestMs });
}

type Decided = Witnesses & { differenceMs: number; theirsMs: number };

/** A first cycle: only a proved identity counts, and no clock from a far future. */
function withoutHistory(decided: Decided): ClockVerdict {
  const isFar = decided.theirsMs > PROGRAM_WRITTEN_MS + 10 * YEAR_MS;
  return decided.isProved && !isFar ? believeTheirs(decided, PROVED) : doubtful(NOBODY);
}

const PROVED = 'its identity is proved, and nothing contradicts it';
const NOBODY = 'no other witness agrees with either clock';

/**
 * The newest stored cycle is before now, and most often a moment before. If both clocks are later than it, a machine
 * without a battery for its clock may just go on where it was switched off: then a proved device is believed.
 */
function byNewest(decided: Decided & { newestMs: number }): ClockVerdict {
  const { oursMs, theirsMs, newestMs, nearMs, isProved } = decided;
  const isNear = (ms: number) => Math.abs(ms - newestMs) <= nearMs;
  const isBefore = (ms: number) => ms < newestMs - CLOCKS_AGREE_MS;
  const isFar = (ms: number) => ms > newestMs + YEAR_MS;
  if (isNear(theirsMs) && !isNear(oursMs)) return believeTheirs(decided, 'the newest stored cycle agrees with it');
  if (isNear(theirsMs) && !isProved)
    return believeOursForNow(decided, 'the newest stored cycle agrees with this machine');
  if (isBefore(theirsMs)) {
    const isOursPossible = !isBefore(oursMs) && !isFar(oursMs);
    return isOursPossible
      ? believeOursForNow(decided, "the newest stored cycle is later than the device's clock")
      : doubtful(NOBODY);
  }
  if (isFar(theirsMs)) return doubtful('the clock of the device is more than a year after the newest stored cycle');
  if (isBefore(oursMs)) return believeTheirs(decided, "the newest stored cycle is later than this machine's clock");
  return isProved ? believeTheirs(decided, PROVED) : doubtful(NOBODY);
}

function agreed(nowMs: number): ClockVerdict {
  return {
    clock: 'ok',
    correctionMs: 0,
    deviceErrorMs: 0,
    latestMs: nowMs,
    because: 'two clocks agree',
    forgetAtMs: nowMs,
  };
}

function doubtful(because: string): ClockVerdict {
  return { clock: 'doubtful', correctionMs: 0, deviceErrorMs: 0, latestMs: IN_2100, because, forgetAtMs: null };
}

function believeOurs({ oursMs, differenceMs, newestMs }: Decided, because: string): ClockVerdict {
  const forgetAtMs = withinADayOf(newestMs, oursMs);
  return { clock: 'ok', correctionMs: 0, deviceErrorMs: differenceMs, latestMs: oursMs, because, forgetAtMs };
}

/** The device's clock may be right after all: what is old by one of the two clocks only is not forgotten. */
function believeOursForNow(decided: Decided, because: string): ClockVerdict {
  const verdict = believeOurs(decided, because);
  const { forgetAtMs } = verdict;
  return { ...verdict, forgetAtMs: forgetAtMs === null ? null : Math.min(forgetAtMs, decided.theirsMs) };
}

function believeTheirs({ theirsMs, differenceMs, newestMs }: Decided, because: string): ClockVerdict {
  const forgetAtMs = withinADayOf(newestMs, theirsMs);
  return { clock: 'corrected', correctionMs: differenceMs, deviceErrorMs: 0, latestMs: theirsMs, because, forgetAtMs };
}

/** If no other clock agrees with the one that is believed, no more than another day of history may go. */
function withinADayOf(newestMs: number | null, nowMs: number): number | null {
  return newestMs === null ? null : Math.min(nowMs, newestMs + DAY_MS);
}
