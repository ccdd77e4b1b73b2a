/**
 * What can be measured: ONE list, one row for each quantity. Everything else uses it: the empty reading, the table and
 * view of the database, exports, table, page, metrics and the demo. docs/internals/adding-a-quantity.md says how to add one.
 */

/** What the program needs to know about a quantity. */
export interface QuantityRow {
  /** what a person types after `--quantity` */
  name: string;
  title: string;
  /** in a narrow heading and behind a value; '' if the unit says it all */
  short: string;
  /** '' for an index or a score */
  unit: string;
  /** of a value that is shown to a person */
  decimals: number;
  /**
   * How the table `reading` keeps it. `hundredths`: small and exact for sensors with two decimals (docs/internals/database.md).
   * `since`: the version of the database that has the column; a new quantity takes the next version.
   */
  stored: { column: string; as: 'hundredths' | 'real'; since: number };
  /**
   * The gauge of the Prometheus format, and its HELP. Its unit is a base unit (ratio, gram), as Prometheus' conventions
   * want it; `per` says how many of ours are one of those. `oldName`: the gauge in our unit, which the next release drops.
   */
  metric: { name: string; help: string; per?: number; oldName?: string };
  /** what Home Assistant calls it: its device class, and its unit if that is another word */
  homeAssistant?: { deviceClass: string; unit?: string };
  /** Outside, it is not a measurement of a room and is never stored; in the unit of the stored value. */
  possible: readonly [lowest: number, highest: number];
  /** which direction is better for the people in the room; null if neither is */
  better: 'lower' | 'higher' | null;
  /** The band that is recommended for a room; null: no end on that side. docs/report.md names the sources. */
  recommended?: readonly [lowest: number | null, highest: number | null];
  /** Of the air: from which value on it is moderate and poor, in the direction that is not better. */
  levels?: { moderate: number; poor: number };
  /** Values spread over several powers of ten: charts are logarithmic. */
  logarithmic?: boolean;
  /** Only its latest value is interesting, not its course. */
  onlyLatest?: boolean;
  /** With `--units us`; absent: the same as metric. */
  us?: { column: string; unit: string; convert: (value: number) => number };
}

/** The keys are the columns of the view `readings`, which name the unit; their order is that of all outputs. */
export const QUANTITIES = {
  temperature_celsius: {
    ...{ name: 'temperature', title: 'Temperature', short: '', unit: '°C', decimals: 1 },
    stored: { column: 'temperature', as: 'hundredths', since: 1 },
    metric: { name: 'climate_temperature_celsius', help: 'Temperature.' },
    homeAssistant: { deviceClass: 'temperature' },
    possible: [-60, 100],
    better: null,
    recommended: [18, 24],
    us: { column: 'temperature_fahrenheit', unit: '°F', convert: (celsius) => celsius * 1.8 + 32 },
  },
  humidity_percent: {
    ...{ name: 'humidity', title: 'Humidity', short: 'humidity', unit: '%', decimals: 0 },
    stored: { column: 'humidity', as: 'real', since: 1 },
    metric: {
      ...{ name: 'climate_humidity_ratio', help: 'Relative humidity, 0 to 1.', per: 100 },
      oldName: 'climate_humidity_percent',
    },
    homeAssistant: { deviceClass: 'humidity' },
    possible: [0, 100],
    better: null,
    recommended: [40, 60],
  },
  /** particles below 2.5 µm */
  pm25_ugm3: {
    ...{ name: 'pm25', title: 'Particles PM2.5', short: 'PM2.5', unit: 'µg/m³', decimals: 0 },
    stored: { column: 'pm25', as: 'real', since: 1 },
    metric: {
      ...{ name: 'climate_pm25_grams_per_cubic_meter', help: 'Particles below 2.5 micrometres.', per: 1_000_000 },
      oldName: 'climate_pm25_ugm3',
    },
    homeAssistant: { deviceClass: 'pm25' },
    possible: [0, 100_000],
    better: 'lower',
    recommended: [null, 15],
    levels: { moderate: 15, poor: 35 },
  },
  /** particles below 10 µm */
  pm10_ugm3: {
    ...{ name: 'pm10', title: 'Particles PM10', short: 'PM10', unit: 'µg/m³', decimals: 0 },
    stored: { column: 'pm10', as: 'real', since: 1 },
    metric: {
      ...{ name: 'climate_pm10_grams_per_cubic_meter', help: 'Particles below 10 micrometres.', per: 1_000_000 },
      oldName: 'climate_pm10_ugm3',
    },
    homeAssistant: { deviceClass: 'pm10' },
    possible: [0, 100_000],
    better: 'lower',
    recommended: [null, 45],
  },
  /** Amazon's index of volatile organic compounds, 0 to 100; not ppb */
  voc_index: {
    ...{ name: 'voc', title: 'VOC index', short: 'VOC', unit: '', decimals: 0 },
    stored: { column: 'voc', as: 'real', since: 1 },
    metric: {
      name: 'climate_voc_index',
      help: 'Index of volatile organic compounds, 0 to 100, lower is better.',
    },
    possible: [0, 100],
    better: 'lower',
    recommended: [null, 25],
    levels: { moderate: 26, poor: 66 },
  },
  co_ppm: {
    ...{ name: 'co', title: 'Carbon monoxide', short: 'CO', unit: 'ppm', decimals: 0 },
    stored: { column: 'co', as: 'real', since: 1 },
    metric: {
      ...{ name: 'climate_co_ratio', help: 'Carbon monoxide, share of the air.', per: 1_000_000 },
      oldName: 'climate_co_ppm',
    },
    homeAssistant: { deviceClass: 'carbon_monoxide' },
    possible: [0, 100_000],
    better: 'lower',
    levels: { moderate: 4, poor: 9 },
  },
  /** Amazon's indoor air quality score, 0 to 100 */
  iaq_score: {
    ...{ name: 'iaq', title: 'Air quality score', short: 'IAQ', unit: '', decimals: 0 },
    stored: { column: 'iaq', as: 'real', since: 1 },
    metric: { name: 'climate_iaq_score', help: 'Indoor air quality score, 0 to 100, higher is better.' },
    possible: [0, 100],
    better: 'higher',
    recommended: [65, null],
    levels: { moderate: 64, poor: 34 },
  },
  light_lux: {
    ...{ name: 'light', title: 'Light', short: '', unit: 'lux', decimals: 2 },
    stored: { column: 'light', as: 'hundredths', since: 1 },
    metric: { name: 'climate_illuminance_lux', help: 'Illuminance.', oldName: 'climate_light_lux' },
    homeAssistant: { deviceClass: 'illuminance', unit: 'lx' },
    possible: [0, 10_000_000],
    better: null,
    logarithmic: true,
  },
  battery_percent: {
    ...{ name: 'battery', title: 'Battery', short: 'battery', unit: '%', decimals: 0 },
    stored: { column: 'battery', as: 'real', since: 1 },
    metric: {
      ...{ name: 'climate_battery_ratio', help: 'Charge of the battery, 0 to 1.', per: 100 },
      oldName: 'climate_battery_percent',
    },
    homeAssistant: { deviceClass: 'battery' },
    possible: [0, 100],
    better: 'higher',
    onlyLatest: true,
  },
} as const satisfies Record<string, QuantityRow>;

/** A column of the view `readings`. */
export type QuantityName = keyof typeof QUANTITIES;

/** One value for each quantity; `null` if the device did not send it: absent is never 0. */
export type Quantities = Record<QuantityName, number | null>;

export const QUANTITY_NAMES = Object.keys(QUANTITIES) as QuantityName[];

/** The rows with what they have in common, for code that goes through the list. */
export const quantityRow = (name: QuantityName): QuantityRow => QUANTITIES[name];

export const NO_QUANTITIES: Quantities = Object.fromEntries(QUANTITY_NAMES.map((name) => [name, null])) as Quantities;
