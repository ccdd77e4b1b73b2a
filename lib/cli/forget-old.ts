/** What is older than `storage.retention_days` goes after any good cycle of any collector. */
import { asMonitorError } from '../errors';
import type { SourceKit } from '../sources/source';

/**
 * Call it when a good cycle is safe: a device that did not answer well cannot say that our clock is right. Never throws:
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
