/** What time a cycle is stamped with, and what the log says of the clocks. */
import { durationOf } from '../check/clocks';
import type { Config } from '../config/config';
import { textOfRemedy } from '../errors';
import type { Traffic } from '../http/observed';
import type { Logger } from '../logging/logger';
import type { DeviceAnswer, SourceRow } from '../sources/source';
import { CLOCKS_AGREE_MS, judgeClock, KEEP_TIME, type ClockVerdict } from '../witnesses';

export interface CycleClockContext {
  row: Pick<SourceRow, 'title' | 'keepsTime'>;
  config: Pick<Config, 'collection' | 'storage'>;
  traffic: Pick<Traffic, 'clockDifferenceMs' | 'clockProved'>;
  logger: Logger;
  startedAt: Date;
}

/** Earlier cycles are asked only if the two clocks differ, or there is one only. */
export async function cycleClock(context: CycleClockContext, devices: readonly DeviceAnswer[]): Promise<ClockVerdict> {
  const { row, config, traffic, startedAt } = context;
  const oursMs = startedAt.getTime();
  const differenceMs = traffic.clockDifferenceMs ?? aheadOfUs(devices, oursMs);
  const agree = differenceMs !== null && Math.abs(differenceMs) <= CLOCKS_AGREE_MS;
  const latestMs = differenceMs === null ? Infinity : Math.max(oursMs, oursMs + differenceMs);
  const earlier = agree
    ? { newestMs: null, cloudDifferenceMs: null }
    : await (await import('../store/clock-witnesses')).earlierCycles(config.storage, { oursMs, latestMs });
  const intervalMs = config.collection.interval_minutes * 60_000;
  const verdict = judgeClock({
    oursMs,
    differenceMs,
    isProved: traffic.clockDifferenceMs !== null && traffic.clockProved,
    isKept: row.keepsTime === true,
    nearMs: Math.max(3 * intervalMs, 15 * 60_000),
    ...earlier,
  });
  say(verdict, differenceMs, context);
  return verdict;
}

/** A device that sends no Date may still tell the times of its sensors: what is measured is not later than now. */
function aheadOfUs(devices: readonly DeviceAnswer[], oursMs: number): number | null {
  const times = devices.flatMap((device) =>
    'skip' in device || device.measuredAt === null ? [] : [device.measuredAt],
  );
  const newestMs = times.reduce((newest, time) => Math.max(newest, Date.parse(time)), -Infinity);
  return newestMs - oursMs > CLOCKS_AGREE_MS ? newestMs - oursMs : null;
}

function say(
  { clock, because, correctionMs, deviceErrorMs }: ClockVerdict,
  differenceMs: number | null,
  context: CycleClockContext,
) {
  const { row, logger, startedAt } = context;
  const fields = {
    because,
    clock_offset_seconds: differenceMs === null ? null : Math.round(differenceMs / 1000),
    machine_time: startedAt.toISOString(),
  };
  if (clock === 'corrected') {
    const corrected = new Date(startedAt.getTime() + correctionMs).toISOString();
    const message = `this machine's clock is ${farFrom(-correctionMs)} the time of ${row.title}, which is believed (${because}): the cycle is stamped ${corrected}`;
    logger.warning('clock_corrected', message, { ...fields, remediation: textOfRemedy(KEEP_TIME) });
  } else if (clock === 'doubtful') {
    const differ =
      differenceMs === null || Math.abs(differenceMs) <= CLOCKS_AGREE_MS
        ? `this machine's clock says ${startedAt.toISOString()}, which cannot be right`
        : `the clock of ${row.title} is ${farFrom(differenceMs)} this machine's`;
    const message = `${differ} (${because}): the cycle keeps this machine's time, and no old reading is forgotten`;
    logger.warning('clock_doubtful', message, { ...fields, remediation: textOfRemedy(KEEP_TIME) });
  } else if (deviceErrorMs !== 0) {
    const message = `the clock of ${row.title} is ${farFrom(deviceErrorMs)} this machine's, which is believed (${because})`;
    logger.info('device_clock_wrong', message, fields);
  }
}

const farFrom = (ms: number) => `${durationOf(Math.abs(ms))} ${ms > 0 ? 'ahead of' : 'behind'}`;
