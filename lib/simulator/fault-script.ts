/** Which request gets which fault. */
import type { Fault } from './faults';

/**
 * Which requests are meant: the end of `METHOD /path` (`/sensors`, `POST /api`), a pattern of the same line, or `*`
 * for all; `GRAPHQL endpoints`, `GRAPHQL listEndpoints` and `GRAPHQL features` for one question of Amazon's GraphQL.
 * `CONNECT` means the connection itself, before TLS and HTTP: only silence, reset, garbage and none apply.
 */
export type RequestMatcher = string | RegExp;

interface Rule {
  matcher: RequestMatcher;
  fault: Fault;
  times: number;
}

export interface FaultScript {
  /** The next `times` matching requests get this fault; several calls queue up in their order. */
  next(matcher: RequestMatcher, fault: Fault, times?: number): void;
  /** Every matching request from now on that no `next` applies to; the newest such rule wins. The answer ends it. */
  always(matcher: RequestMatcher, fault: Fault): () => void;
  clear(): void;
  /** how many faults given to `next` were not used yet */
  readonly pending: number;
  /** The fault for this request, which is then used up. */
  take(...requestLines: string[]): Fault;
}

export function createFaultScript(): FaultScript {
  let queue: Rule[] = [];
  let standing: Rule[] = [];
  return {
    next(matcher, fault, times = 1) {
      queue.push({ matcher, fault, times });
    },
    always(matcher, fault) {
      const rule = { matcher, fault, times: Infinity };
      standing.unshift(rule);
      return () => {
        standing = standing.filter((one) => one !== rule);
      };
    },
    clear() {
      queue = [];
      standing = [];
    },
    get pending() {
      return queue.reduce((sum, rule) => sum + rule.times, 0);
    },
    take(...requestLines) {
      const rule = [...queue, ...standing].find(({ matcher }) => requestLines.some((line) => matches(matcher, line)));
      if (rule === undefined) return { kind: 'none' };
      rule.times--;
      queue = queue.filter(({ times }) => times > 0);
      return rule.fault;
    },
  };
}

function matches(matcher: RequestMatcher, requestLine: string): boolean {
  if (requestLine === 'CONNECT') return matcher === 'CONNECT';
  if (typeof matcher === 'string') return matcher === '*' || requestLine.endsWith(matcher);
  return matcher.test(requestLine);
}
