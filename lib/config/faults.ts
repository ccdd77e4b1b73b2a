/** What is wrong with a file the user wrote: every fault with its place, listed in the order of the lines. */
import { MonitorError, type Remedy } from '../errors';

export interface Fault {
  /** absolute path */
  file: string;
  /** from 1; null if the fault has no place in the file (it is missing, it is empty) */
  line: number | null;
  /** from 1 */
  column: number | null;
  /** `hue.bridge_url`, or '' if the fault does not belong to a key */
  key: string;
  /** what is wrong, what was expected, nearest known key */
  message: string;
}

const SHOWN = 8;

/** One `configuration` error for all faults of a file; the message lists the first 8, `faults` has all. */
export class ConfigurationError extends MonitorError {
  /** in line order */
  readonly faults: readonly Fault[];

  constructor(faults: readonly Fault[], remediation: string | Remedy, cause?: unknown) {
    const sorted = [...faults].sort((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));
    const lines = sorted.slice(0, SHOWN).map(formatFault);
    if (sorted.length > SHOWN) lines.push(`and ${sorted.length - SHOWN} more`);
    super(lines.join('\n'), { type: 'configuration', permanent: true, remediation, cause });
    this.faults = sorted;
  }
}

/** `FILE:LINE:COLUMN: KEY: what is wrong, what was expected, nearest known key` */
export function formatFault({ file, line, column, key, message }: Fault): string {
  const place = line === null || column === null ? file : `${file}:${line}:${column}`;
  return key === '' ? `${place}: ${message}` : `${place}: ${key}: ${message}`;
}
