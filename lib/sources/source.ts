/**
 * What a source of readings is. A new kind of device is a folder next to this file and a row in all.ts; what is
 * decided about its values afterwards (accept.ts) and how they are stored, shown and watched is the same for all.
 */
import type { AcquireLock, CheckContext, Judgement, Problem } from '../check/check';
import type { Config, Secrets, SourceSection } from '../config/config';
import type { SecretSection } from '../config/secrets';
import type { MonitorError, Remedy } from '../errors';
import type { StateFolder } from '../files/state-folder';
import type { Http } from '../http/http';
import type { Traffic } from '../http/observed';
import type { Logger } from '../logging/logger';
import type { Redactor } from '../logging/redact';
import type { Quantities, QuantityName } from '../quantities';
import type { SkipReason } from '../reading';
import type { Retrier } from '../reliability/retry';
import type { DeviceTexts } from './device-text';

/** What a source says about one device, in our words with the vendor's values; or why it says nothing. */
export type DeviceAnswer =
  | {
      /** `hue:<uniqueid>`, `alexa:<serial>`: the row's `idPrefix` and the vendor's own id */
      deviceId: string;
      /** what it is called by its user */
      name: string;
      /** under which of these `locations` of the configuration may name it, the most exact first */
      aliases: readonly string[];
      /** the device's own time, UTC ISO 8601 with milliseconds and `Z`; null if it is not known */
      measuredAt: string | null;
      /**
       * the clock of that time minus the one that this cycle has heard, in milliseconds; null: it told no time, and is
       * taken for right; absent: it is that clock
       */
      clockAheadMs?: number | null;
      /** its values; a quantity that is not there was not sent */
      values: Partial<Quantities>;
    }
  | {
      deviceId: string;
      skip: SkipReason;
      /** as above; its own id is one of them anyway */
      aliases?: readonly string[];
    };

/** A part of a source (one bridge of several) that could not be read, while others could. */
export interface PartFailure {
  /** `bridge:attic`: stands for it in `devices_skipped` */
  part: string;
  failure: MonitorError;
}

export type SourceAnswer = DeviceAnswer | PartFailure;

export function isOfDevice(answer: SourceAnswer): answer is DeviceAnswer {
  return !('part' in answer);
}

export interface Source {
  /**
   * Asks the device or the cloud once, retries included.
   * @returns an answer for each device that is listed, in the vendor's order; one id may be in it twice
   * @throws MonitorError if nothing could be read, and it does not consist of parts
   */
  read(): Promise<SourceAnswer[]>;
  /**
   * What is to be done when the cycle is safe and its lock released (an alert); never changes its outcome. Not called
   * for a dry run.
   */
  afterCycle?(context: AfterCycle): Promise<void>;
}

export interface AfterCycle {
  /** ends with the time for storing */
  retrier: Retrier;
  remainingMs: () => number;
}

/** What a source may use: made once for each cycle, so that every source retries, logs and redacts in the same way. */
export interface SourceKit {
  config: Config;
  secrets: Secrets;
  /** what was typed for the row's own flags */
  flags: Readonly<Record<string, string>>;
  /** counts, times and logs each exchange */
  http: Http;
  retrier: Retrier;
  logger: Logger;
  redactor: Redactor;
  /** warns once a cycle of texts that are not well-formed */
  texts: DeviceTexts;
  traffic: Traffic;
  /** the end of reading */
  signal: AbortSignal;
  /** until then */
  remainingMs: () => number;
  acquireLock: AcquireLock;
  /** how many devices the last good cycle of this collector listed; 0 if there was none */
  lastDevicesSeen: () => Promise<number>;
  /** where the source remembers something; a dry run writes nothing there */
  state: StateFolder;
}

/** A flag that only this source's collector has. */
export interface SourceFlag {
  name: string;
  choices: readonly string[];
  help: string;
}

/** One row of the list of sources: all that the rest of the program needs to know of it. */
export interface SourceRow {
  /** `cycles.collector`, the section of config.yaml, and the name of its check in health */
  collector: string;
  /** the command that reads it: `collect-hue` */
  program: string;
  /** `readings.device_type` */
  deviceType: string;
  /** device ids begin with it and a colon */
  idPrefix: string;
  /** what a person calls it: `Hue Bridge` */
  title: string;
  /** a short name that distinguishes its devices from another source's in the same room: `Hue` */
  kind: string;
  /** what the program does, for its help */
  summary: string;
  /** what it needs of secrets.yaml; null if nothing */
  secret: { section: SecretSection; key: string; remedy: Remedy } | null;
  /** what its devices can measure */
  quantities: readonly QuantityName[];
  /** without these, an answer of a device has nothing to store */
  needs: readonly QuantityName[];
  flags: readonly SourceFlag[];
  /** files below the data directory that it keeps; deleting them is always safe */
  stateFiles: readonly string[];
  /** it says itself when a device is no longer listed, because its list is not asked for in each cycle */
  tellsVanished?: true;
  /** its clock is a cloud's, which somebody keeps right: it is believed before the clock of a device in the home */
  keepsTime?: true;
  /** whether the alert file can be about it */
  raisesAlert: boolean;
  /** @throws MonitorError if the configuration names something that cannot be used */
  create: (kit: SourceKit) => Promise<Source>;
  check: {
    title: string;
    /** what to do if a problem does not say so itself */
    remedy: Remedy;
    run: (context: CheckContext, row: SourceRow) => Promise<Judgement>;
  };
  /** what is wrong with its section, beyond what the schema and the rules of config.yaml see */
  configProblems?: (config: Config, file: string) => Promise<Problem[]>;
}

/** Its section of the configuration; null if there is none. */
export function sectionOf(config: Config, { collector }: Pick<SourceRow, 'collector'>): SourceSection | null {
  const sections = config as unknown as Readonly<Record<string, SourceSection | null | undefined>>;
  return sections[collector] ?? null;
}

/** A source whose secret is missing: each cycle says so. */
export function withoutSecret(failure: () => MonitorError): Source {
  return { read: () => Promise.reject(failure()) };
}
