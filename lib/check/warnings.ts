/** What a collector would write into its log as a warning is reported by the check instead; nothing is written. */
import type { Logger } from '../logging/logger';

export interface WarningCollector {
  logger: Logger;
  /** in the order of their coming */
  warnings: { event: string; message: string }[];
}

/** @param ignored events that are left out: the check judges by their result */
export function collectWarnings(ignored: readonly string[]): WarningCollector {
  const warnings: WarningCollector['warnings'] = [];
  const drop = () => undefined;
  const keep = (event: string, message: string) => {
    if (!ignored.includes(event)) warnings.push({ event, message });
  };
  const logger: Logger = { critical: drop, error: drop, warning: keep, info: drop, debug: drop };
  return { logger, warnings };
}
