/** Once a day, the log says what health's row `environment` says: nobody may look at health for months. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { isYoung } from '../clock';
import type { Installation } from '../check/check';
import { textOfRemedy } from '../errors';
import { writeWhole } from '../files/write-whole';
import type { Logger } from '../logging/logger';

const DAY_MS = 24 * 3_600_000;
/** Its time says when this was done last; it holds nothing. */
const MARK = '.environment-checked';

/** Call it when the cycle is stored. Never throws: what cannot be checked now is checked by the next cycle. */
export async function warnOfEnvironment(
  installation: Pick<Installation, 'files' | 'environment'>,
  dataDirectory: string,
  logger: Logger,
): Promise<void> {
  try {
    const mark = join(dataDirectory, MARK);
    const checkedMs = statSync(mark, { throwIfNoEntry: false })?.mtimeMs ?? -Infinity;
    if (isYoung(checkedMs, DAY_MS, Date.now())) return;
    writeWhole(mark, '');
    const { judgeEnvironment } = await import('../health/checks/environment');
    for (const { message, remediation = '' } of judgeEnvironment(installation, dataDirectory).problems) {
      const fields = { remediation: typeof remediation === 'string' ? remediation : textOfRemedy(remediation) };
      logger.warning('weak_environment', message, fields);
    }
  } catch {
    // A cycle that is stored must not fail because of it.
  }
}
