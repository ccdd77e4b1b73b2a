/** What is older than `storage.retention_days` goes after any good cycle of any collector. */
import type { Config } from '../config/config';
import { asMonitorError, type MonitorError } from '../errors';
import type { Logger } from '../logging/logger';
import type { CycleEnd } from '../reliability/cycle-end';

/** The part of a collector's kit that this needs. */
export interface ForgetKit {
  config: Pick<Config, 'storage'>;
  logger: Logger;
  end: Pick<CycleEnd, 'storing'>;
  clockDifferenceMs: () => number | null;
  dryRun: boolean;
}

/**
 * Call it when the cycle is safe. Never throws: if it fails, the next cycle tries again.
 * @param failure of the cycle: a device that did not answer well cannot say that our clock is right
 */
export async function forgetOldCycles(kit: ForgetKit, failure: MonitorError | null): Promise<void> {
  const { storage } = kit.config;
  if (kit.dryRun || failure !== null || storage.retention_days === 0) return;
  const clockDifferenceMs = kit.clockDifferenceMs();
  try {
    const { forgetOld } = await import('../store/retention');
    await forgetOld(storage, kit.logger, { signal: kit.end.storing.signal, clockDifferenceMs });
  } catch (thrown) {
    const { type, message, remediation } = asMonitorError(thrown);
    kit.logger.warning('retention_failed', message, { error_type: type, remediation });
  }
}
