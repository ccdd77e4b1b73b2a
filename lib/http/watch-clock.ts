/** Whose clock is right nobody knows, but one that agrees with another device's has not gone astray alone. */
import type { Http } from './http';

export interface ClockWatch {
  /** the same exchange, whose answers' `Date` is noticed */
  http: Http;
  /** theirs minus ours, in milliseconds, to the second; null if no answer told the time */
  difference(): number | null;
}

export function watchClock(http: Http, now: () => Date = () => new Date()): ClockWatch {
  let differenceMs: number | null = null;
  return {
    http: async (request) => {
      const response = await http(request);
      const theirs = Date.parse(response.header('date') ?? '');
      if (!Number.isNaN(theirs)) differenceMs = theirs - Math.floor(now().getTime() / 1000) * 1000;
      return response;
    },
    difference: () => differenceMs,
  };
}
