/** When cookies are dead, and when they are better renewed before they are. Those that give access live for 24 hours. */
import { isInFuture } from '../../clock';
import type { Cookies } from './session-state';

const DAY_MS = 24 * 60 * 60_000;
const RENEW_AFTER_MS = 4 * DAY_MS;

/** Whether one of them has passed its `Expires`. */
export function areExpired(cookies: Cookies, now: Date): boolean {
  return nearestExpiry(cookies) <= now.getTime();
}

/** Whether the first cycle from now on will renew them. */
export function areDueForRenewal(cookies: Cookies, now: Date): boolean {
  if (isInFuture(Date.parse(cookies.obtained_at), now.getTime())) return true; // their age is unknown
  return now.getTime() > renewalDueAt(cookies).getTime();
}

/** On the last quarter of the life of the first that expires; when they are four days old, if they live for longer. */
export function renewalDueAt(cookies: Cookies): Date {
  const obtained = Date.parse(cookies.obtained_at);
  const expiry = nearestExpiry(cookies);
  // The last day, but of a short life only the last quarter: else each renewal would be followed by the next at once.
  const soon = Math.min(DAY_MS, (expiry - obtained) / 4);
  return new Date(Math.min(obtained + RENEW_AFTER_MS, expiry - soon));
}

/**
 * Cookies that had expired when they were obtained were obtained by a clock that is ahead: then Amazon says when they are
 * dead. Else each cycle would obtain others, twice.
 */
function nearestExpiry({ jar, obtained_at }: Cookies): number {
  const expiry = Math.min(...jar.map(({ expires }) => (expires === null ? Infinity : Date.parse(expires))));
  return expiry <= Date.parse(obtained_at) ? Infinity : expiry;
}
