/**
 * The database of the Python project that this program follows: one wide table `readings`, each row with a time of its
 * own, without cycles.
 */
import { NO_QUANTITIES, QUANTITIES, type Quantities, type QuantityName } from '../quantities';
import { SOURCES, sourceOfDevice } from '../sources/all';
import type { Database, Row, SqlValue } from '../store/database';
import { rowsByNumber } from './rows-by-number';
import type { TimedReading } from './store-readings';
import { timeOf } from './times';

const NEEDED = ['timestamp', 'device_id', 'device_type', 'temperature_celsius', 'location'];

export async function isPythonDatabase(database: Database): Promise<boolean> {
  const columns = await columnsOf(database);
  return NEEDED.every((name) => columns.includes(name));
}

async function columnsOf(database: Database): Promise<string[]> {
  const rows = await database.all<{ name: string }>(`SELECT name FROM pragma_table_info('readings')`);
  return rows.map(({ name }) => name);
}

/** Its columns, and ours; `voc_ppb` holds Amazon's index under a wrong name. */
const QUANTITY_OF: Readonly<Record<string, QuantityName>> = {
  temperature_celsius: 'temperature_celsius',
  humidity_percent: 'humidity_percent',
  pm25_ugm3: 'pm25_ugm3',
  pm10_ugm3: 'pm10_ugm3',
  voc_ppb: 'voc_index',
  co_ppm: 'co_ppm',
  iaq_score: 'iaq_score',
  battery_level: 'battery_percent',
};

/** Its kinds of devices that this program has; thermostats and the weather are left out. */
const TYPE_OF: Readonly<Record<string, string>> = {
  hue_sensor: 'hue_sensor',
  alexa_aqm: 'alexa_aqm',
  amazon_aqm: 'alexa_aqm',
};

export interface PythonSkipped {
  /** readings of thermostats and of the weather */
  other_devices: number;
  /** rows without a time, a device or a possible temperature, and those on damaged pages */
  unreadable: number;
}

/** In the order of the table; what is skipped is counted, also what lies on damaged pages. */
export async function* pythonReadings(database: Database, skipped: PythonSkipped): AsyncGenerator<TimedReading> {
  const known = await columnsOf(database);
  const wanted = ['name', 'is_anomalous', ...NEEDED, ...Object.keys(QUANTITY_OF)];
  const columns = [...new Set(wanted)].filter((name) => known.includes(name));
  const sql = `SELECT rowid AS row, ${columns.join(', ')} FROM readings NOT INDEXED WHERE rowid >= ? ORDER BY rowid LIMIT ?`;
  const lost = (rows: number) => {
    skipped.unreadable += rows;
  };
  for await (const rows of rowsByNumber(database, sql, lost)) {
    for (const row of rows) {
      const type = TYPE_OF[String(row['device_type'])];
      const reading = type === undefined ? null : readingOf(row, type);
      if (reading !== null) yield reading;
      else if (type === undefined) skipped.other_devices++;
      else skipped.unreadable++;
    }
  }
}

function readingOf(row: Row, device_type: string): TimedReading | null {
  const timestamp = timeOf(textOf(row['timestamp']));
  const id = textOf(row['device_id']);
  const values: Quantities = { ...NO_QUANTITIES };
  for (const [column, name] of Object.entries(QUANTITY_OF)) values[name] = possible(name, row[column]);
  if (timestamp === null || id === '' || values.temperature_celsius === null) return null;
  return {
    ...values,
    timestamp,
    measured_at: null,
    device_id: withPrefix(id, device_type),
    device_type,
    location: textOf(row['location']) || textOf(row['name']) || id,
    temperature_offset_celsius: null,
    is_anomalous: Number(row['is_anomalous'] ?? 0) === 1,
  };
}

function textOf(value: SqlValue | undefined): string {
  return value === null || value === undefined ? '' : String(value).toWellFormed();
}

function possible(name: QuantityName, value: SqlValue | undefined): number | null {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isFinite(number)) return null;
  const [lowest, highest] = QUANTITIES[name].possible;
  return number < lowest || number > highest ? null : number;
}

function withPrefix(id: string, deviceType: string): string {
  if (SOURCES.some(({ idPrefix }) => id.startsWith(`${idPrefix}:`))) return id;
  return `${sourceOfDevice(deviceType)?.idPrefix ?? ''}:${id}`;
}
