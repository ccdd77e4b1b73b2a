/** What a reading is: our words, for every vendor. Units are in the names. */
import type { ErrorType } from './errors';
import type { Quantities } from './quantities';

/** One device at one moment: a row of `readings` without the cycle's own time. */
export interface Reading extends Quantities {
  /** `hue:<uniqueid>`, `alexa:<serial>` */
  device_id: string;
  /** which kind of device: a row of the list of sources names it */
  device_type: string;
  /** the room, as it is called at the time of the reading */
  location: string;
  /** the sensor's own time, UTC ISO 8601 with milliseconds and `Z`; null if it is not known */
  measured_at: string | null;
  /** what the configuration adds to the sensor's own temperature; it is in `temperature_celsius`; null if nothing */
  temperature_offset_celsius: number | null;
  /** outside `validation.temperature_min … max`: stored nevertheless */
  is_anomalous: boolean;
}

/**
/**
 * Why a device gave no reading. `malformed`, `not_answered` (it was asked for, and the answer does not have it),
 * `too_many_new` and `duplicate_id` say that the answer was not as it should be; the others are usual.
 */
export type SkipReason =
  'off' | 'unreachable' | 'offline' | 'no_value' | 'malformed' | 'not_answered' | 'duplicate_id' | 'too_many_new';

/** With one of these, a cycle that stored something is partial (exit 3). */
export const MAKES_PARTIAL: readonly (SkipReason | ErrorType)[] = ['malformed', 'not_answered', 'too_many_new'];
