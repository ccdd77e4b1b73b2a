/**
 * What is remembered between cycles, in `amazon-session.json` of the data directory: cookies, the device list, and
 * until when Amazon must not be asked. All of it can be obtained again: deleting it is always safe.
 */
import { MARKETPLACES } from '../../config/marketplaces';
import type { Monitor } from './discovery';
import { asRecord } from './lenient-json';

/** The format of the file; a higher one was written by a newer version of this program. */
export const SESSION_VERSION = 1;

export interface Cookie {
  name: string;
  value: string;
  /** UTC ISO 8601, null for a cookie that lives as long as the session */
  expires: string | null;
}

/** The cookies of one login, all obtained together. */
export interface Cookies {
  jar: Cookie[];
  csrf: string | null;
  /** the pages that give the csrf value refused these cookies: that is why there is none */
  csrf_refused?: boolean;
  /** UTC ISO 8601 */
  obtained_at: string;
}

/** The cookies that give access. Others are preferences (`en_US`), which are short, and not secrets. */
export function secretsIn({ jar, csrf }: Pick<Cookies, 'jar' | 'csrf'>): string[] {
  const values = jar.map(({ value }) => value).filter((value) => value.length >= 8);
  return csrf === null ? values : [...values, csrf];
}

/** A web login that was begun: its address is shown to the user, its answer not pasted yet. */
export interface PendingLogin {
  marketplace: string;
  device_serial: string;
  code_verifier: string;
  started_at: string;
}

/** All times are UTC ISO 8601. */
export interface SessionState {
  version: typeof SESSION_VERSION;
  /** what the rest belongs to: the marketplace, and the refresh token as a salted hash */
  bound_to: { marketplace: string; salt: string; token_hash: string } | null;
  cookies: Cookies | null;
  /** the marketplace where the account's monitors are; null: the configured one */
  lives_at: string | null;
  /** in how many cycles in a row the address of the states was gone, and when it is tried again; null: it is there */
  state_gone: { cycles: number; next_try_at: string } | null;
  discovery: {
    /** when Amazon last gave a whole list, or the first part of one */
    found_at: string;
    monitors: Monitor[];
    /** entity ids that Amazon does not know although they were listed again */
    not_found: string[];
    /** entity ids that the last whole list left out */
    missing: string[];
    /** no earlier is the list asked for again; null if the last try brought a whole one */
    next_try_at: string | null;
    /** tries in a row that brought no whole list */
    failed_tries: number;
  } | null;
  /** `deviceId instance` of quantities without a column that were reported already */
  reported_quantities: string[];
  /** the last rate limit; no request is sent from `at` until `not_before` */
  rate_limit: { at: string; not_before: string; in_a_row: number } | null;
  /** the last early renewal that did not succeed */
  renewal_failed_at: string | null;
  /** cycles in a row in which fresh cookies were refused at once */
  rejections: number;
  /** since when no monitor can be reached; null if one can */
  all_unreachable_since: string | null;
  pending_login: PendingLogin | null;
  /** SHA-256 of the last authorization code that was tried: each works once */
  spent_code: string | null;
}

export function emptyState(): SessionState {
  return {
    version: SESSION_VERSION,
    bound_to: null,
    cookies: null,
    lives_at: null,
    state_gone: null,
    discovery: null,
    reported_quantities: [],
    rate_limit: null,
    renewal_failed_at: null,
    rejections: 0,
    all_unreachable_since: null,
    pending_login: null,
    spent_code: null,
  };
}

/** What an older file, written before these were remembered, does not have. */
const ADDED_TO_DISCOVERY = { missing: [], next_try_at: null, failed_tries: 0 };

/**
 * The state a file's content holds, or null if a part that the code reads does not have its shape (a file cut short,
 * or edited by hand).
 */
export function readState(content: Record<string, unknown>): SessionState | null {
  const state: Record<string, unknown> = { ...emptyState(), ...content };
  if (isObject(state['discovery'])) state['discovery'] = { ...ADDED_TO_DISCOVERY, ...state['discovery'] };
  const isWhole = Object.entries(SHAPES).every(([key, isShape]) => isShape(state[key]));
  return isWhole ? (state as unknown as SessionState) : null;
}

type Shape = (value: unknown) => boolean;
const isString: Shape = (value) => typeof value === 'string';
const isNumber: Shape = (value) => typeof value === 'number';
const isTime: Shape = (value) => typeof value === 'string' && !Number.isNaN(Date.parse(value));
const listOf =
  (element: Shape): Shape =>
  (value) =>
    Array.isArray(value) && value.every(element);
const orNull =
  (shape: Shape): Shape =>
  (value) =>
    value === null || shape(value);
const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const object =
  (shapes: Record<string, Shape>): Shape =>
  (value) =>
    isObject(value) && Object.entries(shapes).every(([key, shape]) => shape(asRecord(value)[key]));

const isCookie = object({ name: isString, value: isString, expires: orNull(isTime) });
const isMonitor = object({
  serial: isString,
  name: isString,
  entity: object({ entityId: isString, entityType: isString }),
  meanings: object({ known: isObject, unknown: isObject }),
});
const SHAPES: Record<keyof SessionState, Shape> = {
  version: isNumber,
  bound_to: orNull(object({ marketplace: isString, salt: isString, token_hash: isString })),
  cookies: orNull(object({ jar: listOf(isCookie), csrf: orNull(isString), obtained_at: isTime })),
  lives_at: orNull((value) => isString(value) && MARKETPLACES.includes(value as string)),
  state_gone: orNull(object({ cycles: isNumber, next_try_at: isTime })),
  discovery: orNull(
    object({
      found_at: isTime,
      monitors: listOf(isMonitor),
      not_found: listOf(isString),
      missing: listOf(isString),
      next_try_at: orNull(isTime),
      failed_tries: isNumber,
    }),
  ),
  reported_quantities: listOf(isString),
  rate_limit: orNull(object({ at: isTime, not_before: isTime, in_a_row: isNumber })),
  renewal_failed_at: orNull(isTime),
  rejections: isNumber,
  all_unreachable_since: orNull(isTime),
  pending_login: orNull(
    object({ marketplace: isString, device_serial: isString, code_verifier: isString, started_at: isTime }),
  ),
  spent_code: orNull(isString),
};
