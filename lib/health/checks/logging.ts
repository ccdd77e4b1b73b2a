/** Can the log be written, and is it within its limits? */
import { readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { LoggingConfig } from '../../config/config';
import { describeFileError, errorCode } from '../../files/file-error';
import { isOwnFileThere, NotOurFile, proveWrite } from '../../files/own-file';
import { removeIfThere } from '../../files/remove-if-there';
import { isLogName } from '../../logging/log-files';
import { loggingStatus } from '../../logging/status';
import { whyNotWritable } from '../../store/database-error';
import { megabytes } from '../../wording';
import { RUN_A_CYCLE } from '../../sources/all';
import type { CheckContext, Judgement, Problem } from '../../check/check';
import { existingPartOf, refusalToMake } from '../existing-part';

export function checkLogging({ config }: Pick<CheckContext, 'config'>): Judgement {
  const { logging } = config;
  const { directory, max_total_mb } = logging;
  const obstacle = obstacleIn(directory);
  if (obstacle?.status === 'fail') return { message: '', problems: [obstacle], details: { path: directory } };
  const status = loggingStatus(logging);
  const problems = [...(obstacle === null ? [] : [obstacle]), ...limitProblems(logging, status)];
  const message = `${directory} uses ${megabytes(status.total_bytes)} of ${max_total_mb} MB, ${status.backups} backups`;
  const limits = { max_backups: logging.max_backups, max_total_bytes: max_total_mb * 1_000_000 };
  return { message, problems, details: { path: directory, ...status, ...limits } };
}

function limitProblems(logging: LoggingConfig, status: ReturnType<typeof loggingStatus>): Problem[] {
  const { directory, max_file_mb, max_total_mb } = logging;
  const problems: Problem[] = [];
  if (max_file_mb > max_total_mb) {
    problems.push({
      status: 'fail',
      message: `logging.max_file_mb (${max_file_mb}) is more than logging.max_total_mb (${max_total_mb}): lines are dropped before a file is ever rotated`,
      remediation: 'Lower logging.max_file_mb in config.yaml, then: node bin/health.js logging',
    });
  }
  if (status.total_bytes > max_total_mb * 1_000_000) {
    problems.push({
      status: 'fail',
      message: `the logs in ${directory} take ${megabytes(status.total_bytes)}, more than logging.max_total_mb (${max_total_mb} MB)`,
      remediation: `The next cycle removes the oldest backups (${RUN_A_CYCLE}); if it cannot, remove some by hand: rm '${directory}'/*.[0-9]*.log`,
    });
  }
  if (status.rotation_due) {
    problems.push({
      status: 'warn',
      message: `a log file in ${directory} has grown past ${megabytes(status.threshold_bytes)}: its rotation has not been possible so far`,
      remediation: `The next line logged tries again (${RUN_A_CYCLE}); if that does not help, see what prevents it: ls -l '${directory}'; df -h '${directory}'`,
    });
  }
  return problems;
}

/** Why the collectors cannot log here; a directory that does not exist yet, which they will make, is a warning. */
function obstacleIn(directory: string): Problem | null {
  const mine = process.geteuid?.() ?? 0;
  const place = existingPartOf(directory);
  const closed = whyNotWritable(place);
  const giveBack = `Give it to the user of the collectors (user ${mine}): sudo chown ${mine} '${place}' && chmod u+rwx '${place}'`;
  if (!statSync(place).isDirectory()) {
    return {
      status: 'fail',
      message: `${place} is not a directory`,
      remediation: `Move it away: mv '${place}' '${place}.other'`,
    };
  }
  if (closed !== null)
    return { status: 'fail', message: `logs cannot be written in ${place}: ${closed}`, remediation: giveBack };
  if (place !== directory) {
    const refusal = refusalToMake(directory, place);
    if (refusal !== null) return { status: 'fail', message: refusal.message, remediation: refusal.remediation };
    return {
      status: 'warn',
      message: `the log directory ${directory} does not exist yet; the first line logged makes it`,
      remediation: `Make it, if you want it now: mkdir -p '${directory}'`,
    };
  }
  return refusedWrite(directory, giveBack);
}

/** Tries a real write: the mode does not show a read-only mount or a full disk. */
function refusedWrite(directory: string, giveBack: string): Problem | null {
  const file = join(directory, `.health-write-test-${process.pid}`);
  try {
    proveWrite(file, Buffer.alloc(4096));
    for (const name of readdirSync(directory)) if (isLogName(name)) isOwnFileThere(join(directory, name));
    return null;
  } catch (thrown) {
    if (thrown instanceof NotOurFile) {
      const { message, remediation } = thrown;
      return { status: 'fail', message: `logs cannot be written in ${directory}: ${message}`, remediation };
    }
    removeIfThere(file); // the file may exist even if the disk is full
    const full = ['ENOSPC', 'EDQUOT'].includes(errorCode(thrown));
    return {
      status: 'fail',
      message: `logs cannot be written in ${directory}: ${describeFileError(thrown)}`,
      remediation: full ? `Make room on the disk: df -h '${dirname(directory)}'` : giveBack,
    };
  }
}
