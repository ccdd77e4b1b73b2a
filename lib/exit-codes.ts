/** The one place where an outcome becomes an exit code; the table users rely on. */
import type { ErrorType } from './errors';

export const EXIT = {
  /** every reading stored, or nothing to do */
  done: 0,
  /** a later run may succeed */
  failed: 1,
  /** usage or configuration: nothing was attempted */
  usage: 2,
  /** stored, but something was left out or had to be replaced */
  partial: 3,
  /** a person has to log in or pair; retrying cannot help */
  loginNeeded: 4,
  /** another cycle of the same collector is still running */
  overlap: 5,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Every type not named here is exit 1: a later run may succeed. */
const EXIT_OF_TYPE: Partial<Record<ErrorType, ExitCode>> = {
  usage: EXIT.usage,
  configuration: EXIT.usage,
  unauthorized: EXIT.loginNeeded,
  login_needed: EXIT.loginNeeded,
  overlap: EXIT.overlap,
};

/** health's own table: what all its checks together mean, in the same numbers as Nagios. */
export const HEALTH_EXIT = {
  /** every check passes or warns */
  healthy: 0,
  /** some fail */
  degraded: 1,
  /** nothing can be collected or stored, or health itself broke */
  critical: 2,
} as const;

export function exitCodeOf(type: ErrorType): ExitCode {
  return EXIT_OF_TYPE[type] ?? EXIT.failed;
}

/** For `--help` of every command but health. */
export const EXIT_CODE_HELP: readonly [ExitCode, string][] = [
  [EXIT.done, 'done: every reading stored; or the source is disabled'],
  [EXIT.failed, 'failed; a later run may succeed'],
  [EXIT.usage, 'usage or configuration error: nothing was attempted'],
  [EXIT.partial, 'partial: stored, but a sensor was left out (malformed, too many) or a corrupt database was replaced'],
  [EXIT.loginNeeded, 'login needed: key or token absent or refused'],
  [EXIT.overlap, 'another cycle of the same collector is still running'],
];
