/** When sensors measured, by the clock that is believed. */
import { isSensorTime } from '../clock';
import type { Logger } from '../logging/logger';
import type { ClockVerdict } from '../witnesses';
import type { DeviceAnswer } from './source';

type Measured = Pick<Extract<DeviceAnswer, { values: unknown }>, 'measuredAt' | 'clockAheadMs'>;

/** How far the clock that the cycle has heard is wrong, and the time now. */
export type HeardClock = Pick<ClockVerdict, 'deviceErrorMs' | 'latestMs'>;

export interface SensorTimes {
  /** @returns null if it is not a time at which a sensor can have measured */
  timeOf: (measured: Measured, deviceId: string) => string | null;
  /** One warning for all of them. */
  sayWrong: () => void;
}

/** A wrong clock of the device shifts the times of all its sensors: their age by its own clock is right. */
export function sensorTimes({ deviceErrorMs, latestMs }: HeardClock, logger: Logger): SensorTimes {
  const wrong: { device_id: string; time: string }[] = [];
  return {
    timeOf({ measuredAt, clockAheadMs = 0 }, device_id) {
      if (measuredAt === null) return null;
      const ms = Date.parse(measuredAt) - (clockAheadMs === null ? 0 : clockAheadMs + deviceErrorMs);
      if (isSensorTime(ms, latestMs)) return new Date(ms).toISOString();
      wrong.push({ device_id, time: measuredAt });
      return null;
    },
    sayWrong() {
      const [first] = wrong;
      if (first === undefined) return;
      const more = wrong.length === 1 ? '' : `, and so are those of ${wrong.length - 1} more`;
      const message = `${first.device_id}: ${first.time} is not a time at which it can have measured${more}: the time of the cycle counts`;
      logger.warning('broken_element', message, first);
    },
  };
}
