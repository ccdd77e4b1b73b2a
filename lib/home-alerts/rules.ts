/** The rules about the home: those of config.yaml, and the built-in ones; each for one device becomes a watch. */
import type { Config } from '../config/config';
import { QUANTITY_NAMES, quantityRow, type QuantityName } from '../quantities';

export interface Rule {
  /** what it is called in messages */
  name: string;
  /** null: whether the sensor measures at all */
  quantity: QuantityName | null;
  /** null: any */
  location: string | null;
  /** device id, null: any */
  device: string | null;
  below: number | null;
  /** of a silent sensor: hours without a measurement */
  above: number | null;
  forMinutes: number;
  hysteresis: number;
}

/** A battery that is nearly empty jumps between two values. */
const BATTERY_HYSTERESIS = 2;
const DEFAULTS = { battery_below: 15, silent_hours: 6 };

export function rulesOf({ alerts = [], builtin_alerts }: Config): Rule[] {
  const { battery_below, silent_hours } = { ...DEFAULTS, ...builtin_alerts };
  const any = { location: null, device: null, below: null, above: null, forMinutes: 0, hysteresis: 0 };
  const own = alerts.map((alert): Rule => {
    const { quantity, location = null, device = null, below = null, above = null } = alert;
    const name = alert.name ?? `${quantity} ${above === null ? `below ${below ?? ''}` : `above ${above}`}`;
    return {
      ...{ name, location, device, below, above },
      quantity: quantityCalled(quantity),
      forMinutes: alert.for_minutes,
      hysteresis: alert.hysteresis,
    };
  });
  return [
    ...own,
    ...(battery_below > 0
      ? [
          {
            ...any,
            name: 'battery low',
            quantity: 'battery_percent',
            below: battery_below,
            hysteresis: BATTERY_HYSTERESIS,
          } as const,
        ]
      : []),
    ...(silent_hours > 0 ? [{ ...any, name: 'sensor silent', quantity: null, above: silent_hours }] : []),
  ];
}

/** By the name that `--quantity` takes, or the column. */
export function quantityCalled(name: string): QuantityName | null {
  return QUANTITY_NAMES.find((column) => column === name || quantityRow(column).name === name) ?? null;
}

/** With or without `hue:` or `alexa:`. */
export function isDevice(rule: string, deviceId: string): boolean {
  return rule === deviceId || rule === deviceId.replace(/^[a-z_]+:/, '');
}
