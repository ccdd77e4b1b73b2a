/** Which HTTP status means what: the same for every source, which only adds its own words and remedies. */
import type { ErrorType } from '../errors';
import type { HttpResponse } from './http';
import { retryAfterMs } from './retry-after';

export interface StatusMeaning {
  type: Extract<ErrorType, 'unauthorized' | 'rate_limited' | 'http'>;
  /** whether the same request would get the same answer a moment later */
  permanent: boolean;
  /** what the server asked for; absent if it did not */
  retryAfterMs?: number;
}

/** Statuses that say nothing about the request: it may be answered well a moment later. */
const PASSING = [408, 425, 429];

/** @returns null for 200, and for nothing else */
export function meaningOf(response: HttpResponse, nowMs = Date.now()): StatusMeaning | null {
  const { status } = response;
  if (status === 200) return null;
  if (status === 401 || status === 403) return { type: 'unauthorized', permanent: true };
  const wait = retryAfterMs(response.header('retry-after'), nowMs);
  return {
    type: status === 429 ? 'rate_limited' : 'http',
    permanent: status < 500 && !PASSING.includes(status),
    ...(wait === null ? {} : { retryAfterMs: wait }),
  };
}
