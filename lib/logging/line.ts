/** One event as one line of JSON. */
import { escapeUnseen } from '../wording';
import { toJsonSafe, type Json, type Limits } from './json-safe';
import type { Level } from '../config/config';
import type { Fields } from './logger';

export interface LogRecord {
  timestamp: Date;
  level: Level;
  program: string;
  event: string;
  message: string;
  fields?: Fields | undefined;
}

/** Bytes of a line, its newline included; a longer one is cut and says so. */
export const MAX_LINE_BYTES = 16_384;

/** Tried one after the other until the line fits. */
const LIMITS: Limits[] = [
  { string: 16_384, entries: 1000, depth: 12 },
  { string: 2048, entries: 100, depth: 8 },
  { string: 512, entries: 20, depth: 6 },
  { string: 128, entries: 10, depth: 4 },
];

/**
 * @returns a JSON object without its newline, at most `maxBytes - 1` long. A cut line has `line_cut: true`.
 * A field cannot take the place of the five that every line has: `level` among the fields becomes `field_level`.
 */
export function formatLine(record: LogRecord, redact: (text: string) => string, maxBytes = MAX_LINE_BYTES): string {
  for (const [attempt, limits] of LIMITS.entries()) {
    const line = stringify(record, redact, limits, attempt > 0);
    if (fits(line, maxBytes)) return line;
  }
  return stringify({ ...record, fields: undefined }, redact, { string: 128, entries: 0, depth: 0 }, true);
}

function fits(line: string, maxBytes: number): boolean {
  return line.length * 3 < maxBytes || Buffer.byteLength(line) < maxBytes;
}

function stringify(record: LogRecord, redact: (text: string) => string, limits: Limits, cut: boolean): string {
  const line: Record<string, Json> = {
    timestamp: record.timestamp.toISOString(),
    level: record.level,
    program: record.program,
    event: record.event,
    message: toJsonSafe(record.message, redact, limits) ?? '',
  };
  const fields = toJsonSafe(record.fields ?? {}, redact, limits);
  if (typeof fields === 'object' && fields !== null) {
    for (const [name, value] of Object.entries(fields)) line[name in line ? `field_${name}` : name] = value;
  } else if (fields !== undefined) line['fields'] = fields;
  if (cut) line['line_cut'] = true;
  return escapeUnseen(JSON.stringify(line));
}
