/**
 * `--quiet-repeats`: what a crontab mails. A failure that may pass by itself is printed from the `after_failures`-th failed
 * cycle in a row on, every other one at once, each kind at most once in 24 hours; after a failure that was printed, the
 * first success says so. What was not printed is in the log. If the memory is lost, one mail is sent too many. What nobody
 * could receive (`2>/dev/null`, a cron without a mail program) does not count as printed.
 */
import { join } from 'node:path';
import { isYoung } from '../clock';
import type { Config } from '../config/config';
import { EXIT, type ExitCode } from '../exit-codes';
import { readOwnFile } from '../files/own-file';
import { writeWhole } from '../files/write-whole';
import { refuseUnmounted } from '../store/data-directory';
import { isHeard } from './heard';

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
  /** The failure was printed. */
  told(kind: string): void;
  /** Notes a success. @returns whether a failure was printed that is over now */
  succeeded(): boolean;
  /** For what is no outcome of a cycle: prints it if it is to be printed. */
  remark(kind: string, print: () => void): void;
}

/** Without `--quiet-repeats` everything is printed, and nothing kept. */
export const NO_MEMORY: FailureMemory = {
  failed: () => true,
  told: () => undefined,
  succeeded: () => false,
  remark: (_kind, print) => print(),
};

/**
 * @param config where it is kept: in the data directory; in that of the logs if that cannot be written, or is not mounted
 */
export function openFailureMemory(
  config: Pick<Config, 'storage' | 'logging' | 'alerting'>,
  program: string,
  { now = Date.now, heard = isHeard }: { now?: () => number; heard?: () => boolean } = {},
): FailureMemory {
  const places = placesOf(config, program);

  const isSaid = ({ said }: Memory, kind: string) => isYoung(Date.parse(said[kind] ?? ''), SILENCE_MS, now());

  function say(kind: string, change: Partial<Memory>): void {
    if (!heard()) return;
    const memory = read(places);
    const said = { ...memory.said, [kind]: new Date(now()).toISOString() };
    write(places, { ...memory, ...change, said }, now());
  }

  return {
    failed(exitCode, kind) {
      const memory = read(places);
      memory.failures = NOT_FAILED.includes(exitCode) ? 0 : memory.failures + 1;
      const isDue = !MAY_PASS.includes(exitCode) || memory.failures >= config.alerting.after_failures;
      write(places, memory, now());
      return isDue && !isSaid(memory, kind);
    },
    told: (kind) => say(kind, { told: true }),
    succeeded() {
      const memory = read(places);
      const { failures, told } = memory;
      if (failures > 0 || told) write(places, { ...memory, failures: 0, told: told && !heard() }, now());
      return told;
    },
    remark(kind, print) {
      if (isSaid(read(places), kind)) return;
      print();
      say(kind, {});
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
