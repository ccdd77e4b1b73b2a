/** What is measured, and how each format calls it. */
import type { CollectorName } from '../reading';
import type { QuantityName } from '../store/series';

export type Units = 'metric' | 'us';

export interface Quantity {
  /** column of the view `readings` */
  column: QuantityName;
  /** what the user types after --quantity */
  name: string;
  title: string;
  /** column of the output, which names the unit */
  label: string;
  unit: string;
  decimals: number;
  /** from the stored value to the shown one */
  convert: (value: number) => number;
  /** values spread over several powers of ten */
  logarithmic?: boolean;
}

const asStored = (value: number): number => value;

function quantity(column: QuantityName, name: string, title: string, unit: string, decimals: number): Quantity {
  return { column, name, title, label: column, unit, decimals, convert: asStored };
}

const METRIC: readonly Quantity[] = [
  quantity('temperature_celsius', 'temperature', 'Temperature', '°C', 1),
  quantity('humidity_percent', 'humidity', 'Humidity', '%', 0),
  quantity('pm25_ugm3', 'pm25', 'Particles PM2.5', 'µg/m³', 0),
  quantity('pm10_ugm3', 'pm10', 'Particles PM10', 'µg/m³', 0),
  quantity('voc_index', 'voc', 'VOC index', '', 0),
  quantity('co_ppm', 'co', 'Carbon monoxide', 'ppm', 0),
  quantity('iaq_score', 'iaq', 'Air quality score', '', 0),
  { ...quantity('light_lux', 'light', 'Light', 'lux', 0), logarithmic: true },
  quantity('battery_percent', 'battery', 'Battery', '%', 0),
];

/** In the order in which they are shown. */
export function quantitiesIn(units: Units): readonly Quantity[] {
  if (units === 'metric') return METRIC;
  return METRIC.map((each) =>
    each.column === 'temperature_celsius'
      ? { ...each, label: 'temperature_fahrenheit', unit: '°F', convert: (celsius) => celsius * 1.8 + 32 }
      : each,
  );
}

/** What the devices of a collector can tell. */
export const QUANTITIES_OF: Readonly<Record<CollectorName, readonly QuantityName[]>> = {
  hue: ['temperature_celsius', 'light_lux', 'battery_percent'],
  amazon_aqm: ['temperature_celsius', 'humidity_percent', 'pm25_ugm3', 'pm10_ugm3', 'voc_index', 'co_ppm', 'iaq_score'],
};

/** The value as the user sees it, without the unit. */
export function shown({ convert, decimals }: Quantity, value: number): string {
  const text = convert(value).toFixed(decimals);
  return Number(text) === 0 ? text.replace('-', '') : text;
}

/** The value as a program gets it: what was stored, or its conversion without the noise of binary fractions. */
export function exported({ convert }: Quantity, value: number): number {
  return convert === asStored ? value : Number(convert(value).toFixed(3));
}

export function withUnit(quantity: Quantity, value: number): string {
  return quantity.unit === '' ? shown(quantity, value) : `${shown(quantity, value)} ${quantity.unit}`;
}
