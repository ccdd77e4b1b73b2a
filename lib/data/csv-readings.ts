/** Rows of `report --format csv` as readings, with what is wrong of a row that is none. */
import { nearest } from '../config/nearest';
import {
  NO_QUANTITIES,
  QUANTITIES,
  QUANTITY_NAMES,
  type Quantities,
  type QuantityName,
  type QuantityRow,
} from '../quantities';
import type { CsvRow } from './csv';
import { collectorOf, type TimedReading } from './store-readings';
import { timeOf } from './times';

/** What the columns of a file are: a quantity with how its values become ours, or one of the other columns. */
export interface Columns {
  names: readonly string[];
  quantities: ReadonlyMap<string, { name: QuantityName; toStored: (value: number) => number }>;
}

const NEEDED = ['timestamp', 'device_id', 'device_type', 'location'];
const OTHERS = [...NEEDED, 'measured_at', 'is_anomalous', 'temperature_offset_celsius'];

const COLUMNS: Columns['quantities'] = new Map(
  QUANTITY_NAMES.flatMap((name) => {
    const { us }: QuantityRow = QUANTITIES[name];
    const metric = [name, { name, toStored: (value: number) => value }] as const;
    return us === undefined ? [metric] : [metric, [us.column, { name, toStored: backFrom(us.convert) }] as const];
  }),
);

/** A conversion of units is a straight line; what was rounded has two decimals. */
function backFrom(convert: (value: number) => number): (value: number) => number {
  const zero = convert(0);
  const perUnit = convert(1) - zero;
  return (value) => Math.round(((value - zero) / perUnit) * 100) / 100;
}

/** @throws Error that says what is wrong with the first line */
export function columnsOf(names: readonly string[]): Columns {
  const missing = NEEDED.find((name) => !names.includes(name));
  if (missing !== undefined) throw new Error(`there is no column ${missing}`);
  const known = [...OTHERS, ...COLUMNS.keys()];
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    const near = nearest(unknown, known);
    throw new Error(`the column ${JSON.stringify(unknown)} is unknown${near === undefined ? '' : ` (${near}?)`}`);
  }
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new Error(`the column ${twice} is there twice`);
  return { names, quantities: COLUMNS };
}

/** @throws Error that says what is wrong with the row */
export function readingOf({ names, quantities }: Columns, { cells }: CsvRow): TimedReading {
  if (cells.length !== names.length) {
    throw new Error(`it has ${String(cells.length)} cells, expected ${String(names.length)}`);
  }
  const given = Object.fromEntries(names.map((name, index) => [name, cells[index] ?? '']));
  const text = (name: string): string => {
    const value = withoutApostrophe(given[name] ?? '');
    if (value === '') throw new Error(`${name} is empty`);
    return value;
  };
  const values: Quantities = { ...NO_QUANTITIES };
  for (const [column, { name, toStored }] of quantities) {
    const value = numberOf(column, given[column] ?? '');
    if (value !== null) values[name] = possible(column, name, toStored(value), value);
  }
  if (Object.values(values).every((value) => value === null)) throw new Error('it has no value');
  const reading: TimedReading = {
    timestamp: time('timestamp', text('timestamp')),
    measured_at: (given['measured_at'] ?? '') === '' ? null : time('measured_at', given['measured_at'] ?? ''),
    device_id: text('device_id'),
    device_type: text('device_type'),
    location: text('location'),
    temperature_offset_celsius: numberOf('temperature_offset_celsius', given['temperature_offset_celsius'] ?? ''),
    is_anomalous: flag(given['is_anomalous'] ?? ''),
    ...values,
  };
  if (collectorOf(reading) === undefined)
    throw new Error(`device_type ${JSON.stringify(reading.device_type)} is unknown`);
  return reading;
}

/** A spreadsheet would take such a text for a formula; the export for spreadsheets puts an apostrophe before it. */
function withoutApostrophe(cell: string): string {
  return /^'[=+\-@\t]/.test(cell) ? cell.slice(1) : cell;
}

function time(column: string, text: string): string {
  const found = timeOf(text);
  if (found === null)
    throw new Error(`${column} is ${JSON.stringify(text)}, expected a time such as 2026-01-02T03:04:05.678Z`);
  return found;
}

function numberOf(column: string, text: string): number | null {
  if (text === '') return null;
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value))
    throw new Error(`${column} is ${JSON.stringify(text)}, expected a number`);
  return value;
}

function possible(column: string, name: QuantityName, value: number, given: number): number {
  const [lowest, highest] = QUANTITIES[name].possible;
  if (value < lowest || value > highest) throw new Error(`${column} is ${String(given)}, which no room has`);
  return value;
}

function flag(text: string): boolean {
  if (['true', '1'].includes(text)) return true;
  if (['false', '0', ''].includes(text)) return false;
  throw new Error(`is_anomalous is ${JSON.stringify(text)}, expected true or false`);
}
