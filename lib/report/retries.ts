/** `report retries`: what was tried again, by cycle, from the logs of the collectors; the database only counts them. */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Config } from '../config/config';
import { errorCode, fileError } from '../files/file-error';
import { listLogFiles, type LogFile } from '../logging/log-files';
import { SOURCES } from '../sources/all';

/** One line of a log: a retry, or how it ended. */
export interface RetryRow extends Record<string, string | number | null> {
  /** the started_at of its cycle; null in lines of older versions */
  cycle: string | null;
  collector: string;
  timestamp: string;
  operation: string;
  outcome: 'retrying' | 'succeeded' | 'exhausted';
  /** which retry was begun, from 1; null in the line about the end */
  attempt: number | null;
  /** the wait before it */
  delay_ms: number | null;
  /** of the line about the end: how many tries, the first included */
  attempts: number | null;
  elapsed_ms: number | null;
  error_type: string | null;
  endpoint: string | null;
}

export const RETRY_COLUMNS: readonly string[] = [
  'cycle',
  'collector',
  'timestamp',
  'operation',
  'outcome',
  'attempt',
  'delay_ms',
  'attempts',
  'elapsed_ms',
  'error_type',
  'endpoint',
];

const OUTCOMES: Readonly<Record<string, RetryRow['outcome']>> = {
  retry: 'retrying',
  retry_succeeded: 'succeeded',
  retry_exhausted: 'exhausted',
};

/**
 * Oldest first; lines of one cycle are together.
 * @throws MonitorError `file_system` if the logs cannot be read; without any there are no retries
 */
export async function retriesBetween({ logging }: Config, fromMs: number, toMs: number): Promise<RetryRow[]> {
  const rows: RetryRow[] = [];
  const collectors = new Map(SOURCES.map(({ program, collector }) => [program, collector]));
  for (const { path, program, modified } of logFiles(logging.directory)) {
    const collector = collectors.get(program);
    if (collector === undefined || modified.getTime() < fromMs) continue;
    rows.push(...(await retriesIn(path, collector)));
  }
  return rows
    .filter(({ timestamp }) => Date.parse(timestamp) >= fromMs && Date.parse(timestamp) < toMs)
    .sort((one, other) => compare(startOf(one), startOf(other)) || compare(one.timestamp, other.timestamp));
}

const startOf = ({ cycle, timestamp, collector }: RetryRow) => `${cycle ?? timestamp} ${collector}`;
const compare = (one: string, other: string) => Number(one > other) - Number(one < other);

function logFiles(directory: string): LogFile[] {
  try {
    return listLogFiles(directory);
  } catch (thrown) {
    if (errorCode(thrown) === 'ENOENT') return [];
    throw fileError('read', directory, thrown);
  }
}

/** Line by line: a log may be as large as logging.max_file_mb allows. */
async function retriesIn(path: string, collector: string): Promise<RetryRow[]> {
  const rows: RetryRow[] = [];
  try {
    for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
      const row = line.includes('"event":"retry') ? rowOf(line, collector) : null;
      if (row !== null) rows.push(row);
    }
  } catch (thrown) {
    if (errorCode(thrown) !== 'ENOENT') throw fileError('read', path, thrown); // else rotated away meanwhile
  }
  return rows;
}

/** @returns null for a line that is not about a retry, or that somebody has edited */
function rowOf(line: string, collector: string): RetryRow | null {
  let said: Record<string, unknown>;
  try {
    said = JSON.parse(line) as Record<string, unknown>;
  } catch {
    return null;
  }
  const text = (name: string) => (typeof said[name] === 'string' ? said[name] : null);
  const number = (name: string) => (typeof said[name] === 'number' ? said[name] : null);
  const [outcome, timestamp] = [OUTCOMES[String(said['event'])], text('timestamp')];
  if (outcome === undefined || timestamp === null || Number.isNaN(Date.parse(timestamp))) return null;
  return {
    cycle: text('cycle'),
    collector,
    timestamp,
    operation: text('operation') ?? '',
    outcome,
    attempt: number('attempt'),
    delay_ms: number('delay_ms'),
    attempts: number('attempts'),
    elapsed_ms: number('elapsed_ms'),
    error_type: text('error_type'),
    endpoint: text('endpoint'),
  };
}
