/** Deletes what is older than `storage.retention_days`, after each successful cycle of a collector. */
import { asMonitorError } from '../errors';
import type { SourceKit } from '../sources/source';
import type { ClockVerdict } from '../witnesses';

/**
 * Call it when a successful cycle is stored: only a second clock can confirm this machine's. Never throws:
 * if it fails, the next cycle tries again.
 */
export async function forgetOldCycles(
  { config: { storage }, logger }: Pick<SourceKit, 'config' | 'logger'>,
  { forgetAtMs }: ClockVerdict,
  signal: AbortSignal,
): Promise<void> {
  if (storage.retention_days === 0) return;
  try {
    const { forgetOld } = await import('../store/retention');
    await forgetOld(storage, logger, { signal, nowMs: forgetAtMs });
  } catch (thrown) {
    const { type, message, remediation } = asMonitorError(thrown);
    logger.warning('retention_failed', message, { error_type: type, remediation });
  }
}
