/** The latest values of each device, and their course. */
import { isMeasuredInFuture, newestBelieved } from '../clock';
import type { Database } from '../store/database';
import { SOURCES } from '../sources/all';
import { latestPerDevice, type StoredReading } from '../store/queries';
import type { Reader } from '../store/reader';
import { equalEdges, seriesOf, type DeviceSeries, type SeriesQuery } from '../store/series';
import { highestOf, lowestOf } from './extremes';
import { DAY_MS } from './moment';
import { labelsOf } from './labels';
import type { Quantity } from './quantities';
import type { Request } from './request';

export interface LatestValue {
  quantity: Quantity;
  value: number;
  /** the sensor's own time, else the cycle's */
  measuredMs: number;
  hasOwnTime: boolean;
  stale: boolean;
  isAnomalous: boolean;
  /** of the time asked for; null if there is no value in it */
  lowest: number | null;
  highest: number | null;
  /** means of equal intervals of the time, NaN for those without a value */
  course: Float64Array;
}

export interface DeviceOverview {
  device_id: string;
  device_type: string;
  location: string;
  /** the location, made unique */
  label: string;
  /** the last cycle that stored a reading of it */
  lastCycleMs: number;
  stale: boolean;
  values: LatestValue[];
}

export interface Overview {
  devices: DeviceOverview[];
  /** how many devices are left out because their last reading is too long ago */
  longGone: number;
}

/** A device that was given away is not shown as a problem for ever. */
const GONE_AFTER_MS = 7 * DAY_MS;

export interface OverviewOptions {
  stretches: number;
  /** how old the sensor's own time may be */
  staleAfterMs: number;
}

/** What each source's devices can say of these quantities. */
export function sourcesOf(quantities: readonly Quantity[]): SeriesQuery['sources'] {
  return SOURCES.map((source) => ({
    collector: source.collector,
    values: quantities
      .filter(({ needs }) => needs.every((name) => source.quantities.includes(name)))
      .map(({ column, sql }) => ({ name: column, sql })),
  }));
}

export async function overviewOf(reader: Reader, request: Request, options: OverviewOptions): Promise<Overview> {
  const [database] = reader;
  const newestMs = request.endsNow ? newestBelieved(request.nowMs) : request.toMs - 1;
  const latest = (await latestPerDevice(database, newestMs)).filter((reading) => isWanted(reading, request));
  const fromMs = request.fromMs ?? request.toMs - DAY_MS;
  const goneBefore = Math.min(fromMs, request.toMs - GONE_AFTER_MS);
  const shown = latest.filter(({ timestamp }) => Date.parse(timestamp) >= goneBefore);
  const series = await seriesOf(reader, {
    edges: equalEdges(fromMs, request.toMs, options.stretches),
    sources: sourcesOf(request.quantities),
    staleAfterMs: options.staleAfterMs,
    devices: request.devices ?? undefined,
    locations: request.locations ?? undefined,
  });
  const labels = labelsOf(shown);
  const devices: DeviceOverview[] = [];
  for (const reading of shown) {
    const own = series.find(
      ({ device_id, location }) => device_id === reading.device_id && location === reading.location,
    );
    const values: LatestValue[] = [];
    for (const quantity of request.quantities) {
      const value = await latestValue(database, reading, quantity, own, request, options.staleAfterMs);
      if (value !== null) values.push(value);
    }
    if (values.length === 0) continue;
    devices.push({
      device_id: reading.device_id,
      device_type: reading.device_type,
      location: reading.location,
      label: labels.get(reading) ?? reading.location,
      lastCycleMs: Date.parse(reading.timestamp),
      stale: values.every(({ stale }) => stale),
      values,
    });
  }
  devices.sort(
    (a, b) => a.label.localeCompare(b.label, 'en', { numeric: true }) || a.device_id.localeCompare(b.device_id),
  );
  return { devices, longGone: latest.length - shown.length };
}

function isWanted({ device_id, location }: StoredReading, { devices, locations }: Request): boolean {
  return (devices?.includes(device_id) ?? true) && (locations?.includes(location) ?? true);
}

/** If the newest reading lacks a quantity, its newest value in the time asked for is used. */
async function latestValue(
  database: Database,
  newest: StoredReading,
  quantity: Quantity,
  own: DeviceSeries | undefined,
  request: Request,
  staleAfterMs: number,
): Promise<LatestValue | null> {
  const { column, needs } = quantity;
  const series = own?.quantities.get(column);
  let reading: StoredReading | undefined = newest;
  if (quantity.valueOf(newest) === null) {
    if (series === undefined) return null;
    const sql = `SELECT * FROM readings WHERE device_id = ? AND timestamp < ?
      AND ${needs.map((name) => `${name} IS NOT NULL`).join(' AND ')} ORDER BY timestamp DESC LIMIT 1`;
    reading = await database.get<StoredReading>(sql, newest.device_id, new Date(request.toMs).toISOString());
  }
  const value = reading === undefined ? null : quantity.valueOf(reading);
  if (reading === undefined || value === null) return null;
  const measuredMs = Date.parse(reading.measured_at ?? reading.timestamp);
  return {
    quantity,
    value,
    measuredMs,
    hasOwnTime: reading.measured_at !== null,
    stale: request.toMs - measuredMs > staleAfterMs || isMeasuredInFuture(measuredMs, request.toMs),
    isAnomalous: column === 'temperature_celsius' && reading.is_anomalous === 1,
    lowest: extreme(lowestOf, series?.lowest),
    highest: extreme(highestOf, series?.highest),
    course: series?.mean ?? new Float64Array(),
  };
}

function extreme(choose: (values: Iterable<number>) => number, values: Float64Array | undefined): number | null {
  const known = values?.filter((value) => !Number.isNaN(value)) ?? [];
  return known.length === 0 ? null : choose(known);
}
