/** Formats with one line per reading: CSV, JSON lines, InfluxDB's line protocol. */
import type { StoredReading } from '../../store/queries';
import { escapeUnseen } from '../../wording';
import { exported, type Quantity } from '../quantities';

export type Cell = string | number | boolean | null;
export type Row = Record<string, Cell>;

/** A reading in the chosen quantities and units, with the names of the output's columns. */
export function rowOf(reading: StoredReading, quantities: readonly Quantity[]): Row {
  const row: Row = {
    timestamp: reading.timestamp,
    measured_at: reading.measured_at,
    device_id: reading.device_id,
    device_type: reading.device_type,
    location: reading.location,
  };
  for (const quantity of quantities) {
    const value = quantity.valueOf(reading);
    row[quantity.label] = value === null ? null : exported(quantity, value);
  }
  row['is_anomalous'] = reading.is_anomalous === 1;
  if (hasTemperature(quantities)) row[OFFSET] = reading.temperature_offset_celsius;
  return row;
}

export function columnsOf(quantities: readonly Quantity[]): string[] {
  const labels = quantities.map(({ label }) => label);
  const offset = hasTemperature(quantities) ? [OFFSET] : [];
  return ['timestamp', 'measured_at', 'device_id', 'device_type', 'location', ...labels, 'is_anomalous', ...offset];
}

/** What the configuration has added to the sensor's own temperature: without it, nobody gets that one back. */
const OFFSET = 'temperature_offset_celsius';

function hasTemperature(quantities: readonly Quantity[]): boolean {
  return quantities.some(({ column }) => column === 'temperature_celsius');
}

export function jsonLine(row: Row): string {
  return `${escapeUnseen(JSON.stringify(row))}\n`;
}

/**
 * RFC 4180, but with Unix line ends.
 * @param forSpreadsheet a text that a spreadsheet would run as a formula gets an apostrophe before it, so that it is a
 * text there; other programs would read the apostrophe as a part of it
 */
export function csvLine(cells: readonly Cell[], forSpreadsheet = false): string {
  return `${cells.map((cell) => csvCell(forSpreadsheet ? asText(cell) : cell)).join(',')}\n`;
}

/** What begins a formula, also after characters that a spreadsheet may drop, and in the full width of East Asia. */
const FORMULA = /^[\s\p{Cc}\p{Cf}"']*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]/u;

function asText(cell: Cell): Cell {
  return typeof cell === 'string' && FORMULA.test(cell) ? `'${cell}` : cell;
}

function csvCell(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell !== 'string') return String(cell);
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

/**
 * InfluxDB's line protocol, times in nanoseconds: the cycle's, because with the device it makes a reading unique. The
 * sensor's own time is a field, in milliseconds.
 */
export function influxLine(reading: StoredReading, quantities: readonly Quantity[]): string {
  const tags = (['device_id', 'device_type', 'location'] as const).flatMap((name) => {
    const value = tagValue(reading[name]);
    return value === '' ? [] : [`,${name}=${value}`];
  });
  const fields = quantities.flatMap((quantity) => {
    const value = quantity.valueOf(reading);
    return value === null ? [] : [`${quantity.column}=${exported(quantity, value)}`];
  });
  if (reading.measured_at !== null) fields.push(`measured_at_ms=${Date.parse(reading.measured_at)}i`);
  fields.push(`is_anomalous=${String(reading.is_anomalous === 1)}`);
  return `climate${tags.join('')} ${fields.join(',')} ${Date.parse(reading.timestamp)}000000\n`;
}

/** A tag must not contain a line break, and must not end with a backslash. */
function tagValue(text: string): string {
  return text
    .replace(/\p{Cc}/gu, ' ')
    .replace(/\\+$/, '')
    .trim()
    .replace(/[,= ]/g, '\\$&');
}
