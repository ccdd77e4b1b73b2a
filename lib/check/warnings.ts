/** What a collector would warn of in its log is told by the check instead; nothing is written anywhere. */
import type { Logger } from '../logging/logger';

export interface WarningCollector {
  logger: Logger;
  /** in the order of their coming */
  warnings: { event: string; message: string }[];
}

/** @param ignored events that are no news: the check judges by what came of them */
export function collectWarnings(ignored: readonly string[]): WarningCollector {
  const warnings: WarningCollector['warnings'] = [];
  const drop = () => undefined;
  const keep = (event: string, message: string) => {
    if (!ignored.includes(event)) warnings.push({ event, message });
  };
  const logger: Logger = { critical: drop, error: drop, warning: keep, info: drop, debug: drop };
  return { logger, warnings };
}
