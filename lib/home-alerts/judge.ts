/** Judges the rules by the newest readings: what began, what is over, what is due for a reminder. */
import { isInFuture } from '../clock';
import { quantityRow } from '../quantities';
import type { StoredReading } from '../store/queries';
import { isDevice, type Rule } from './rules';
import type { HomeEvent, Watch } from './state';

const HOUR_MS = 3_600_000;
const REMINDER_AFTER_MS = 24 * HOUR_MS;
/** A sensor that was given away is not told of for ever. */
const GONE_AFTER_MS = 7 * 24 * HOUR_MS;

export interface JudgeContext {
  rules: readonly Rule[];
  /** the newest reading of each device of the collector that has just stored a cycle */
  latest: readonly StoredReading[];
  /** the time of that cycle: only its readings have new values */
  cycle: string;
  nowMs: number;
  /** a value that the sensor measured longer ago says nothing about now */
  staleAfterMs: number;
}

/** @param before the watches of these devices; they are changed in place @returns the watches now, and what to tell */
export function judge(before: readonly Watch[], context: JudgeContext): { watches: Watch[]; events: HomeEvent[] } {
  const watches: Watch[] = [];
  const events: HomeEvent[] = [];
  for (const rule of context.rules) {
    for (const reading of context.latest) {
      const known = before.find((watch) => isOf(watch, rule, reading));
      if (rule.location !== null && rule.location !== reading.location) continue;
      if (rule.device !== null && !isDevice(rule.device, reading.device_id)) continue;
      if (rule.quantity === null && isGone(reading, context)) {
        if (known !== undefined) watches.push(known); // told long ago
        continue;
      }
      const watch = judged(rule, reading, known, context);
      if (watch === null) {
        if (known?.raised_at != null)
          events.push({ ...told('cleared', known), value: valueOf(rule, reading, context) ?? known.value });
        continue;
      }
      watches.push(watch);
      const event = due(watch, rule, context);
      if (event !== null) events.push(told(event, watch));
    }
  }
  // What no rule watches any more is over, without a word: the person has changed the rule.
  return { watches, events };
}

/** Two rules may have one name: then their limits tell them apart. */
const isOf = (watch: Watch, { name, quantity, above, below }: Rule, { device_id }: StoredReading): boolean =>
  watch.name === name &&
  watch.device_id === device_id &&
  watch.quantity === shownQuantity(quantity) &&
  (watch.threshold === above || watch.threshold === below);

const shownQuantity = (quantity: Rule['quantity']): string | null =>
  quantity === null ? null : quantityRow(quantity).name;

/** null: the rule is not true of the device */
function judged(rule: Rule, reading: StoredReading, known: Watch | undefined, context: JudgeContext): Watch | null {
  const value = valueOf(rule, reading, context);
  if (value === null) return known ?? null; // nothing new is known
  const isRaised = known?.raised_at != null;
  const margin = isRaised ? rule.hysteresis : 0;
  const isAbove = rule.above !== null && value > rule.above - margin;
  const isBelow = rule.below !== null && value < rule.below + margin;
  if (!isAbove && !isBelow) return null;
  const { location, device_id } = reading;
  return {
    ...{ name: rule.name, quantity: shownQuantity(rule.quantity), location, device_id, value },
    threshold: (isAbove ? rule.above : rule.below) ?? 0,
    since: believed(known?.since, context.nowMs) ?? (rule.quantity === null ? measuredAt(reading) : context.cycle),
    raised_at: believed(known?.raised_at, context.nowMs),
    reminded_at: believed(known?.reminded_at, context.nowMs),
  };
}

/** A time from the future was written by a clock that was wrong. */
function believed(time: string | null | undefined, nowMs: number): string | null {
  return time == null || Number.isNaN(Date.parse(time)) || isInFuture(Date.parse(time), nowMs) ? null : time;
}

const isGone = (reading: StoredReading, { nowMs }: JudgeContext): boolean =>
  nowMs - Date.parse(measuredAt(reading)) > GONE_AFTER_MS;

const measuredAt = ({ measured_at, timestamp }: StoredReading): string => measured_at ?? timestamp;

function valueOf(
  { quantity }: Rule,
  reading: StoredReading,
  { cycle, nowMs, staleAfterMs }: JudgeContext,
): number | null {
  const ageMs = nowMs - Date.parse(measuredAt(reading));
  if (quantity === null) return Math.round(ageMs / (HOUR_MS / 100)) / 100;
  return reading.timestamp === cycle && ageMs <= staleAfterMs ? reading[quantity] : null;
}

/** Marks the watch as told. */
function due(watch: Watch, { forMinutes }: Rule, { nowMs }: JudgeContext): 'raised' | 'reminder' | null {
  const now = new Date(nowMs).toISOString();
  if (watch.raised_at === null) {
    if (nowMs - Date.parse(watch.since) < forMinutes * 60_000) return null;
    Object.assign(watch, { raised_at: now, reminded_at: now });
    return 'raised';
  }
  if (nowMs - Date.parse(watch.reminded_at ?? watch.raised_at) < REMINDER_AFTER_MS) return null;
  watch.reminded_at = now;
  return 'reminder';
}

function told(
  event: HomeEvent['event'],
  { name, quantity, location, device_id, value, threshold, since }: Watch,
): HomeEvent {
  return { event, name, quantity, location, device_id, value, threshold, since };
}
