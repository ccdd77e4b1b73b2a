/**
 * `--quiet-repeats`: what a crontab mails. A failure that may pass by itself is printed from the `after_failures`-th failed
 * cycle in a row on, every other one at once, each kind at most once in 24 hours; after a failure that was printed, the
 * first success says so. What was not printed is in the log. If the memory is lost, one mail is sent too many.
 */
import { join } from 'node:path';
import { isYoung } from '../clock';
import type { Config } from '../config/config';
import { EXIT, type ExitCode } from '../exit-codes';
import { readOwnFile } from '../files/own-file';
import { writeWhole } from '../files/write-whole';
import { refuseUnmounted } from '../store/data-directory';

const SILENCE_MS = 24 * 60 * 60 * 1000;
/** What the next cycle may well do better. */
const MAY_PASS: readonly number[] = [EXIT.failed, EXIT.overlap] satisfies ExitCode[];
/** A cycle that stored something has not failed, though not all is well. */
const NOT_FAILED: readonly number[] = [EXIT.done, EXIT.partial] satisfies ExitCode[];

interface Memory {
  /** when it was written, UTC ISO 8601 */
  at: string;
  /** failed cycles in a row, up to now */
  failures: number;
  /** whether one of them, or a partial one, was printed and no success since */
  told: boolean;
  /** kind → when it was printed last */
  said: Record<string, string>;
}

export interface FailureMemory {
  /**
   * Notes the end of a cycle.
   * @param kind the `error_type`; `partial` if a partial cycle has none
   * @returns whether the failure is to be printed
   */
  failed(exitCode: number, kind: string): boolean;
  /** Notes a success. @returns whether a failure was printed that is over now */
  succeeded(): boolean;
  /** For what is no outcome of a cycle. @returns whether it is to be printed */
  mayRemark(kind: string): boolean;
}

/** Without `--quiet-repeats` everything is printed, and nothing kept. */
export const NO_MEMORY: FailureMemory = { failed: () => true, succeeded: () => false, mayRemark: () => true };

/**
 * @param config where it is kept: in the data directory; in that of the logs if that cannot be written, or is not mounted
 */
export function openFailureMemory(
  config: Pick<Config, 'storage' | 'logging' | 'alerting'>,
  program: string,
  now: () => number = Date.now,
): FailureMemory {
  const places = placesOf(config, program);

  function say(memory: Memory, kind: string): boolean {
    if (isYoung(Date.parse(memory.said[kind] ?? ''), SILENCE_MS, now())) return false;
    memory.said[kind] = new Date(now()).toISOString();
    return true;
  }

  return {
    failed(exitCode, kind) {
      const memory = read(places);
      memory.failures = NOT_FAILED.includes(exitCode) ? 0 : memory.failures + 1;
      const isDue = !MAY_PASS.includes(exitCode) || memory.failures >= config.alerting.after_failures;
      const isSaid = isDue && say(memory, kind);
      memory.told ||= isSaid;
      write(places, memory, now());
      return isSaid;
    },
    succeeded() {
      const memory = read(places);
      const { failures, told } = memory;
      if (failures > 0 || told) write(places, { ...memory, failures: 0, told: false }, now());
      return told;
    },
    mayRemark(kind) {
      const memory = read(places);
      const isSaid = say(memory, kind);
      if (isSaid) write(places, memory, now());
      return isSaid;
    },
  };
}

function placesOf({ storage, logging }: Pick<Config, 'storage' | 'logging'>, program: string): string[] {
  const name = `${program}.last-failure.json`;
  const beside = join(logging.directory, `.${name}`);
  try {
    refuseUnmounted(storage);
    return [join(storage.data_directory, name), beside];
  } catch {
    return [beside];
  }
}

/** The newest of them: the one that could be written last. */
function read(places: readonly string[]): Memory {
  const found = places.flatMap((place) => {
    try {
      return [checked(JSON.parse(readOwnFile(place)))];
    } catch {
      return [];
    }
  });
  const nothing: Memory = { at: '', failures: 0, told: false, said: {} };
  return found.sort((one, other) => (one.at < other.at ? 1 : -1))[0] ?? nothing;
}

function checked(content: unknown): Memory {
  const { at, failures, told, said } = content as Partial<Record<keyof Memory, unknown>>;
  const kinds = Object.entries(said as object).filter(
    ([, time]) => typeof time === 'string' && !isNaN(Date.parse(time)),
  );
  return {
    at: typeof at === 'string' ? at : '',
    failures: typeof failures === 'number' && failures >= 0 ? failures : 0,
    told: told === true,
    said: Object.fromEntries(kinds),
  };
}

/** If nothing can be written, every failure that is due is printed. */
function write(places: readonly string[], memory: Memory, nowMs: number): void {
  const said = Object.entries(memory.said).filter(([, time]) => isYoung(Date.parse(time), SILENCE_MS, nowMs));
  const at = new Date(nowMs).toISOString();
  const text = `${JSON.stringify({ ...memory, at, said: Object.fromEntries(said) })}\n`;
  for (const place of places) {
    try {
      writeWhole(place, text);
      return;
    } catch {
      // The next place.
    }
  }
}
