/** What a check is: a row of a table, and a judgement of one part of the installation. */
import type { Config } from '../config/config';
import type { Files } from '../config/find';
import type { LoadedSecrets } from '../config/secrets';
import type { MonitorError, Remedy } from '../errors';
import type { Redactor } from '../logging/redact';

export type Status = 'pass' | 'warn' | 'fail' | 'skip';

/** One thing that is wrong, or odd. */
export interface Problem {
  status: 'warn' | 'fail';
  /** a sentence without any secret */
  message: string;
  /** what to do, the row's `remedy` if absent */
  remediation?: string | Remedy;
  /** which collectors can read or store nothing as long as this lasts; for a fail, the row's `stops` if absent */
  stops?: readonly string[];
  /** another check: if it fails, too, what it says to do is enough for both */
  causedBy?: string;
}

export interface Judgement {
  /** what was found in good order, in a few words; for a skip: why nothing was checked */
  message: string;
  problems: readonly Problem[];
  /** for `health --json` and `--verbose` */
  details: Record<string, unknown>;
  skipped?: boolean;
}

/** What all checks read: the two files the user wrote, read once, with what is wrong with each. */
export interface Installation {
  files: Files;
  /** null if it cannot be used; `configFailure` says why */
  config: Config | null;
  configFailure: MonitorError | null;
  /** null if the file as a whole cannot be used; `secretsFailure` says why */
  secrets: LoadedSecrets | null;
  secretsFailure: MonitorError | null;
  /** collectors whose source the configuration wants read; all of them while that is not known */
  enabled: readonly string[];
  /** as it was when the process started */
  environment: NodeJS.ProcessEnv;
}

/** Takes the lock of a file between processes. @returns null if another process holds it for longer than `waitMs` */
export type AcquireLock = (path: string, waitMs?: number) => Promise<{ release(): Promise<void> } | null>;

export interface CheckContext {
  installation: Installation;
  /** the configuration, for the checks that are only run if there is one */
  config: Config;
  /**
   * `--fresh`: ask Amazon even if it was asked a moment ago, and check the whole database even if that was done today
   */
  fresh: boolean;
  /** every secret that is met is added to it, before anything can show it */
  redactor: Redactor;
  /** the end of this check; its reason is a MonitorError */
  signal: AbortSignal;
  acquireLock: AcquireLock;
  now: () => Date;
}

export interface Check {
  /** `database`; a source's check is called as its collector */
  name: string;
  /** what it checks, for `--list` */
  title: string;
  /** its severity: which collectors a failure stops. All of them stopped is critical (2), else degraded (1). */
  stops: readonly string[];
  /** what to do if a problem does not say so itself: a sentence with a command to type */
  remedy: Remedy;
  /** left out by `--offline` */
  needsNetwork: boolean;
  /** not run if there is no valid configuration */
  needsConfig: boolean;
  /** May throw: that is a failed check. Its heavy modules are loaded when it is run. */
  run: (context: CheckContext) => Judgement | Promise<Judgement>;
}

/** A check that does not apply. */
export function skip(message: string): Judgement {
  return { message, problems: [], details: {}, skipped: true };
}
