/**
 * The remembered device list: when Amazon is asked for it again, and what its answer changes. Amazon throttles the list
 * for weeks while it still sends states, so a missing, partial or empty answer never drops a monitor.
 */
import { isWaitOver, isYoung } from '../../clock';
import type { Discovery, Monitor } from './discovery';
import type { SessionState } from './session-state';

export type RememberedList = NonNullable<SessionState['discovery']>;

const LASTS_MS = 24 * 60 * 60_000;
/** After a try that brought no whole list: this long, doubled at each one in a row. */
const FIRST_WAIT_MS = 10 * 60_000;
const LONGEST_WAIT_MS = 24 * 60 * 60_000;

/** @param lost how many monitors Amazon does not know by the remembered ids any more */
export function isListingDue(list: RememberedList, lost: number, now: Date): boolean {
  if (list.next_try_at !== null) return !isSpaced(list, now);
  return lost > 0 || !isYoung(Date.parse(list.found_at), LASTS_MS, now.getTime());
}

/** Whether the last try failed, and the next one has to wait. */
export function isSpaced({ next_try_at: nextTryAt }: RememberedList, now: Date): boolean {
  return nextTryAt !== null && !isWaitOver(Date.parse(nextTryAt), LONGEST_WAIT_MS, now.getTime());
}

/** What is remembered after a try that brought no whole list. */
export function afterFailedListing(list: RememberedList, now: Date): RememberedList {
  const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** list.failed_tries);
  return {
    ...list,
    next_try_at: new Date(now.getTime() + wait).toISOString(),
    failed_tries: list.failed_tries + 1,
  };
}

/**
 * What is remembered after an answer that shows a monitor. One that a whole list leaves out is dropped when the next
 * whole list leaves it out as well.
 */
export function afterListing(
  previous: RememberedList | null,
  { monitors, incomplete }: Discovery,
  now: Date,
): { list: RememberedList; vanished: Monitor[] } {
  const known = previous?.monitors ?? [];
  const listedIds = new Set(monitors.map(idOf));
  const missing = previous?.missing ?? [];
  if (incomplete !== null) {
    const kept = known.filter((monitor) => !listedIds.has(idOf(monitor)));
    const list = { ...(previous ?? newList([], now)), monitors: [...monitors, ...kept] };
    return { list: afterFailedListing(list, now), vanished: [] };
  }
  // A monitor that was registered again has another id and the same serial: the former id is not missed.
  const serials = new Set(monitors.map(({ serial }) => serial));
  const absent = known.filter((monitor) => !listedIds.has(idOf(monitor)) && !serials.has(monitor.serial));
  const vanished = absent.filter((monitor) => missing.includes(idOf(monitor)));
  const kept = absent.filter((monitor) => !vanished.includes(monitor));
  const list = { ...newList([...monitors, ...kept], now), missing: kept.map(idOf) };
  return { list, vanished };
}

function newList(monitors: Monitor[], now: Date): RememberedList {
  const found_at = now.toISOString();
  return { found_at, monitors, not_found: [], missing: [], next_try_at: null, failed_tries: 0 };
}

function idOf({ entity }: Monitor): string {
  return entity.entityId;
}
