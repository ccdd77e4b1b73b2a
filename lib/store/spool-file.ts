/** The text of a spool file: one cycle with its row and its readings, checked again when it is read. */
import { NO_QUANTITIES, QUANTITY_NAMES, type QuantityName } from '../quantities';
import type { Reading } from '../reading';
import type { Cycle, CycleRecord } from './store';

/** Files of a newer version are not understood, so they count as damaged. */
const SPOOL_VERSION = 1;

export function encodeSpoolFile({ record, readings }: Cycle): string {
  return `${JSON.stringify({ spool_version: SPOOL_VERSION, record, readings })}\n`;
}

export interface DecodedFile {
  cycle: Cycle;
  /** what is wrong with readings that are left out; '' if all are well-formed */
  damage: string;
}

/** @throws Error that says what is wrong, if its row is not whole and well-formed */
export function decodeSpoolFile(text: string): DecodedFile {
  const file = objectOf(JSON.parse(text), 'the file');
  if (file['spool_version'] !== SPOOL_VERSION) throw new Error('it is of an unknown version');
  if (!Array.isArray(file['readings'])) throw new Error('its readings are not a list');
  const record = checked<CycleRecord>(
    { ...UNKNOWN_TO_FIRST_VERSIONS, ...objectOf(file['record'], 'its cycle') },
    RECORD,
    'its cycle',
  );
  const readings: Reading[] = [];
  const damage = new Set<string>();
  for (const given of file['readings'] as unknown[]) {
    try {
      readings.push(decodeReading(given));
    } catch (thrown) {
      damage.add((thrown as Error).message);
    }
  }
  return { cycle: { record, readings, spooled: true }, damage: [...damage].join('; ') };
}

function decodeReading(given: unknown): Reading {
  const fields = { temperature_offset_celsius: null, ...objectOf(given, 'a reading') };
  return wellFormed({ ...NO_QUANTITIES, ...checked<Reading>(fields, READING, 'a reading') });
}

/**
 * Older versions wrote the names as the devices sent them: half a surrogate pair is another text to SQLite than to us.
 */
function wellFormed(reading: Reading): Reading {
  const { device_id, location } = reading;
  return { ...reading, device_id: device_id.toWellFormed(), location: location.toWellFormed() };
}

type Check = (value: unknown) => boolean;

const text: Check = (value) => typeof value === 'string';
const filled: Check = (value) => typeof value === 'string' && value !== '';
const number: Check = (value) => typeof value === 'number';
const time: Check = (value) =>
  typeof value === 'string' &&
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value) &&
  !Number.isNaN(Date.parse(value));
const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value);

const RECORD: Record<keyof CycleRecord, Check> = {
  started_at: time,
  collector: filled,
  outcome: filled,
  exit_code: number,
  duration_ms: number,
  devices_seen: number,
  devices_skipped: (value) => typeof value === 'object' && value !== null && Object.values(value).every(text),
  requests: number,
  payload_bytes: number,
  endpoint: orNull(filled),
  retries: number,
  lock_wait_ms: number,
  error_type: orNull(filled),
  error: orNull(text),
  clock_offset_seconds: orNull(number),
  clock: orNull(filled),
  interval_minutes: orNull(number),
};

/** What files of the first versions do not have. */
const UNKNOWN_TO_FIRST_VERSIONS = {
  lock_wait_ms: 0,
  clock_offset_seconds: null,
  clock: null,
  interval_minutes: null,
};

/** Absent in a file of a version that did not know the quantity yet: then it was not measured. */
const QUANTITIES = Object.fromEntries(
  QUANTITY_NAMES.map((name): [QuantityName, Check] => [name, (value) => value === undefined || orNull(number)(value)]),
) as Record<QuantityName, Check>;

const READING: Record<keyof Reading, Check> = {
  device_id: filled,
  device_type: filled,
  location: text,
  measured_at: orNull(time),
  temperature_offset_celsius: orNull(number),
  is_anomalous: (value) => typeof value === 'boolean',
  ...QUANTITIES,
};

function checked<T extends object>(value: unknown, checks: Record<keyof T, Check>, what: string): T {
  const fields = objectOf(value, what);
  for (const [name, check] of Object.entries<Check>(checks)) {
    if (!check(fields[name])) throw new Error(`${what} has no valid ${name}`);
  }
  return fields as T;
}

function objectOf(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error(`${what} is not an object`);
  return value as Record<string, unknown>;
}
