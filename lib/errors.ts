/**
 * Every expected failure is a MonitorError: it knows its type (the `error_type` of a cycle's row), whether retrying
 * can help, and what the user can do. Anything else that is thrown is a defect of ours and is reported as `internal`.
 */
import { asTyped } from './typed-command';

/** The values of `cycles.error_type` and of `error.type` in `--json`; `usage`, `configuration`, `overlap`,
 * `link_button` and `refused` never reach a row, because such a run ends before (or without) a cycle. */
export type ErrorType =
  | 'timeout'
  | 'network'
  | 'tls'
  | 'http'
  | 'rate_limited'
  | 'unauthorized'
  | 'login_needed'
  | 'session_rejected'
  | 'invalid_response'
  | 'too_many_devices'
  | 'no_readings'
  | 'no_monitor'
  | 'wrong_bridge'
  | 'database_locked'
  | 'database_full'
  | 'database_readonly'
  | 'database_corrupt'
  | 'database_io'
  | 'future_schema'
  | 'file_system'
  | 'not_mounted'
  | 'email'
  | 'deadline'
  | 'interrupted'
  | 'usage'
  | 'configuration'
  | 'overlap'
  | 'link_button'
  | 'refused'
  | 'internal';

/**
 * What the user can do: in words, and what to type for it. Either may be empty. Our own commands are written as in a clone;
 * `textOfRemedy` makes what works as it is printed.
 */
export interface Remedy {
  say: string;
  command: string;
}

/** `Pair with the bridge: node /home/me/home-temperature-monitor/bin/auth-hue.js` */
export function textOfRemedy({ say, command }: Remedy): string {
  return asTyped(say === '' || command === '' ? say + command : `${say}: ${command}`);
}

export interface MonitorErrorOptions {
  type: ErrorType;
  /** True if trying again cannot help (bad key, wrong path); the retry checks nothing else. */
  permanent?: boolean;
  /** What the user can do; a bare sentence if there is nothing to type. */
  remediation?: string | Remedy;
  /** Where it happened, without any secret: `GET https://192.168.1.10/api/<key>/sensors`. */
  endpoint?: string | undefined;
  /** How long the other side asked us to wait (Retry-After), in milliseconds. */
  retryAfterMs?: number | undefined;
  cause?: unknown;
}

/** An expected failure. `message` is a sentence for the user and holds no secret. */
export class MonitorError extends Error {
  readonly type: ErrorType;
  readonly permanent: boolean;
  readonly remedy: Remedy;
  /** the remedy as it is printed and logged */
  readonly remediation: string;
  readonly endpoint: string | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(message: string, options: MonitorErrorOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'MonitorError';
    this.type = options.type;
    this.permanent = options.permanent ?? false;
    const { remediation = '' } = options;
    this.remedy = typeof remediation === 'string' ? { say: remediation, command: '' } : remediation;
    this.remediation = textOfRemedy(this.remedy);
    this.endpoint = options.endpoint;
    this.retryAfterMs = options.retryAfterMs;
  }

  /** The same failure in other words, with another remedy, or of another kind. */
  retold({ message = this.message, ...changes }: Partial<MonitorErrorOptions> & { message?: string }): MonitorError {
    const { type, permanent, remedy: remediation, endpoint, retryAfterMs, cause } = this;
    return new MonitorError(message, { type, permanent, remediation, endpoint, retryAfterMs, cause, ...changes });
  }
}

/**
 * Gives any thrown value the shape of a MonitorError; what is not one already is an `internal` error, which is
 * permanent because trying again does not help against a defect.
 */
export function asMonitorError(thrown: unknown): MonitorError {
  if (thrown instanceof MonitorError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new MonitorError(message, {
    type: 'internal',
    permanent: true,
    remediation: 'This is a defect of home-temperature-monitor: please report it with the lines of the log file.',
    cause: thrown,
  });
}
