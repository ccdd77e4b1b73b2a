/** What a reading is: our words, whatever the vendor calls it. Units are in the names. */

export type DeviceType = 'hue_sensor' | 'alexa_aqm';

/** The collector's name in `cycles.collector`. */
export type CollectorName = 'hue' | 'amazon_aqm';

/** One quantity is `null` where the device did not tell it: absent is never 0. */
export interface Quantities {
  /** degrees Celsius */
  temperature_celsius: number | null;
  /** percent */
  humidity_percent: number | null;
  /** particles below 2.5 µm, µg/m³ */
  pm25_ugm3: number | null;
  /** particles below 10 µm, µg/m³ */
  pm10_ugm3: number | null;
  /** Amazon's index of volatile organic compounds, 0 to 100, lower is better; not ppb */
  voc_index: number | null;
  /** carbon monoxide, parts per million */
  co_ppm: number | null;
  /** Amazon's indoor air quality score, 0 to 100, higher is better */
  iaq_score: number | null;
  /** illuminance, lux */
  light_lux: number | null;
  /** percent */
  battery_percent: number | null;
}

/** One device at one moment: a row of `readings` without the cycle's own time. */
export interface Reading extends Quantities {
  /** `hue:<uniqueid>` or `alexa:<serial>` */
  device_id: string;
  device_type: DeviceType;
  /** the room, as it is called at the time of the reading */
  location: string;
  /** the sensor's own time, UTC ISO 8601 with milliseconds and `Z`; null where it is not known */
  measured_at: string | null;
  /** outside `validation.temperature_min … max`: stored all the same */
  is_anomalous: boolean;
}

export const NO_QUANTITIES: Quantities = {
  temperature_celsius: null,
  humidity_percent: null,
  pm25_ugm3: null,
  pm10_ugm3: null,
  voc_index: null,
  co_ppm: null,
  iaq_score: null,
  light_lux: null,
  battery_percent: null,
};

/**
 * Why a device of the answer gave no reading. Only `malformed` and `duplicate_id` say that the answer was not as it
 * should be; `malformed` makes the cycle partial (exit 3). The others are everyday life.
 */
export type SkipReason = 'off' | 'unreachable' | 'offline' | 'no_value' | 'malformed' | 'duplicate_id';
