/**
 * Quantities that are worked out of others of the same reading: a list like that of the measured ones. The formulas
 * and their sources are in docs/report.md.
 */
import type { QuantityName, QuantityRow } from '../quantities';

export interface DerivedRow extends Pick<QuantityRow, 'name' | 'title' | 'short' | 'unit' | 'decimals' | 'us'> {
  /** of which it is worked out */
  needs: readonly [QuantityName, QuantityName];
  of: (first: number, second: number) => number | null;
  /** the same in SQL */
  sql: (first: string, second: string) => string;
}

/** The constants of Alduchov and Eskridge (1996) for Magnus' formula over water. */
const [A, B, C] = [17.625, 243.04, 6.1094];

/** in grams per cubic metre, of a pressure in hectopascals at a temperature in kelvin: 100 / 461.5 J/(kg K) × 1000 */
const VAPOUR = 216.68;

export const DERIVED = {
  dew_point_celsius: {
    ...{ name: 'dew_point', title: 'Dew point', short: 'dew point', unit: '°C', decimals: 1 },
    needs: ['temperature_celsius', 'humidity_percent'],
    of: (celsius, percent) => {
      if (percent <= 0) return null;
      const gamma = Math.log(percent / 100) + (A * celsius) / (B + celsius);
      return (B * gamma) / (A - gamma);
    },
    sql: (celsius, percent) => {
      const gamma = `(ln(${percent} / 100.0) + ${A} * ${celsius} / (${B} + ${celsius}))`;
      return `CASE WHEN ${percent} > 0 THEN ${B} * ${gamma} / (${A} - ${gamma}) END`;
    },
    us: { column: 'dew_point_fahrenheit', unit: '°F', convert: (celsius) => celsius * 1.8 + 32 },
  },
  absolute_humidity_gm3: {
    ...{ name: 'absolute_humidity', title: 'Absolute humidity', short: 'g/m³', unit: 'g/m³', decimals: 1 },
    needs: ['temperature_celsius', 'humidity_percent'],
    of: (celsius, percent) =>
      (VAPOUR * (percent / 100) * C * Math.exp((A * celsius) / (B + celsius))) / (273.15 + celsius),
    sql: (celsius, percent) =>
      `${VAPOUR} * (${percent} / 100.0) * ${C} * exp(${A} * ${celsius} / (${B} + ${celsius})) / (273.15 + ${celsius})`,
  },
} as const satisfies Record<string, DerivedRow>;

export type DerivedName = keyof typeof DERIVED;

export const DERIVED_NAMES = Object.keys(DERIVED) as DerivedName[];
