/** What the full configuration costs, kept as `perf-baseline.json` in the data directory until it is measured again. */
import { join } from 'node:path';
import { MonitorError } from '../errors';
import { describeFileError, errorCode } from '../files/file-error';
import { NotOurFile, readOwnFile } from '../files/own-file';
import { makeDirectory } from '../files/ownership';
import { writeWhole } from '../files/write-whole';
import type { Measurement, Spread } from './measurement';

export const BASELINE_FILE = 'perf-baseline.json';

export interface Bridge {
  /** 16 hex digits, lower case */
  id: string;
  /** `BSB002`; null if the bridge does not say it */
  model: string | null;
}

export interface Baseline {
  measured_at: string;
  bridge: Bridge;
  full: Measurement;
}

const VERSION = 1;

export function baselineFile(dataDirectory: string): string {
  return join(dataDirectory, BASELINE_FILE);
}

/** @throws MonitorError `file_system` */
export function writeBaseline(dataDirectory: string, baseline: Baseline): void {
  makeDirectory(dataDirectory);
  writeWhole(baselineFile(dataDirectory), `${JSON.stringify({ version: VERSION, ...baseline }, null, 2)}\n`);
}

/**
 * The baseline of the user's choice, which is only of use if it is of this bridge.
 * @throws MonitorError `file_system` if it is not there or cannot be read, `usage` if it is of another bridge
 */
export function readBaselineOf(bridge: Bridge, file: string): Baseline {
  const baseline = readBaseline(file);
  if (baseline === null) throw unusable(file, 'is not there');
  if (baseline.bridge.id === bridge.id) return baseline;
  throw new MonitorError(`${file} is the baseline of another bridge: ${baseline.bridge.id}, not ${bridge.id}`, {
    type: 'usage',
    permanent: true,
    remediation: { say: 'Measure one of this bridge', command: 'node bin/perf.js baseline' },
  });
}

/**
 * @returns null if there is no such file
 * @throws MonitorError `file_system` if it cannot be read or understood
 */
export function readBaseline(file: string): Baseline | null {
  try {
    const content = JSON.parse(readOwnFile(file)) as unknown;
    if (isBaseline(content)) return content;
  } catch (thrown) {
    if (errorCode(thrown) === 'ENOENT') return null;
    if (thrown instanceof NotOurFile) throw unusable(file, thrown.what);
    if (!(thrown instanceof SyntaxError)) throw unusable(file, `cannot be read: ${describeFileError(thrown)}`);
  }
  throw unusable(file, 'is not a baseline of this program');
}

function isBaseline(content: unknown): content is Baseline {
  const { version, measured_at, bridge, full } = (content ?? {}) as Partial<Baseline> & { version?: unknown };
  return (
    version === VERSION &&
    typeof measured_at === 'string' &&
    typeof bridge?.id === 'string' &&
    isSpread(full?.payload_bytes) &&
    isSpread(full?.duration_ms)
  );
}

function isSpread(spread: Partial<Spread> | undefined): boolean {
  return [spread?.min, spread?.median, spread?.p95].every((value) => typeof value === 'number');
}

function unusable(file: string, what: string): MonitorError {
  return new MonitorError(`${file} ${what}`, {
    type: 'file_system',
    permanent: true,
    remediation: { say: 'Measure it again', command: 'node bin/perf.js baseline' },
  });
}
