/** Deletes what is older than `storage.retention_days`, after each successful cycle of a collector. */
import { asMonitorError } from '../errors';
import type { SourceKit } from '../sources/source';

/**
 * Call it when a successful cycle is stored: only the answer of the device can confirm this machine's clock. Never throws:
 * if it fails, the next cycle tries again.
 */
export async function forgetOldCycles(
  { config: { storage }, logger, traffic }: Pick<SourceKit, 'config' | 'logger' | 'traffic'>,
  signal: AbortSignal,
): Promise<void> {
  if (storage.retention_days === 0) return;
  try {
    const { forgetOld } = await import('../store/retention');
    await forgetOld(storage, logger, { signal, clockDifferenceMs: traffic.clockDifferenceMs });
  } catch (thrown) {
    const { type, message, remediation } = asMonitorError(thrown);
    logger.warning('retention_failed', message, { error_type: type, remediation });
  }
}
