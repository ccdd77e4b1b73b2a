/** Can the log be written, and is it within its limits? */
import { closeSync, constants, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { LoggingConfig } from '../../config/config';
import { existingPartOf } from '../../files/existing-part';
import { describeFileError, fileError } from '../../files/file-error';
import { isOwnFileThere, openOwnFile, proveWrite } from '../../files/own-file';
import { removeIfThere } from '../../files/remove-if-there';
import { isCurrentLog, isLogName } from '../../logging/log-files';
import { loggingStatus } from '../../logging/status';
import { megabytes, shellQuoted } from '../../wording';
import { RUN_A_CYCLE } from '../../sources/all';
import type { CheckContext, Judgement, Problem } from '../../check/check';
import { asOwner } from '../as-owner';
import { refusalToMake } from '../refusal-to-make';

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
      remediation: { say: 'Lower logging.max_file_mb in config.yaml, then', command: 'node bin/health.js logging' },
    });
  }
  if (status.total_bytes > max_total_mb * 1_000_000) {
    problems.push({
      status: 'fail',
      message: `the logs in ${directory} take ${megabytes(status.total_bytes)}, more than logging.max_total_mb (${max_total_mb} MB)`,
      remediation: {
        say: 'The next cycle removes the oldest backups; if it cannot, remove some of them by hand',
        command: `${RUN_A_CYCLE}; ls -l ${shellQuoted(directory)}`,
      },
    });
  }
  if (status.rotation_due) {
    problems.push({
      status: 'warn',
      message: `a log file in ${directory} has grown past ${megabytes(status.threshold_bytes)}: its rotation has not been possible so far`,
      remediation: {
        say: 'The next line logged tries again; if that does not help, see what prevents it',
        command: `${RUN_A_CYCLE}; ls -l ${shellQuoted(directory)}; df -h ${shellQuoted(directory)}`,
      },
    });
  }
  return problems;
}

/** Why the collectors cannot log here; a directory that does not exist yet, which they will make, is a warning. */
function obstacleIn(directory: string): Problem | null {
  const place = existingPartOf(directory);
  if (!statSync(place).isDirectory()) {
    return {
      status: 'fail',
      message: `${place} is not a directory`,
      remediation: { say: 'Move it away', command: `mv ${shellQuoted(place)} ${shellQuoted(`${place}.other`)}` },
    };
  }
  if (place === directory) return refusedWrite(directory);
  const refusal = refusalToMake(directory, place);
  if (refusal !== null) return { status: 'fail', message: refusal.message, remediation: refusal.remedy };
  return {
    status: 'warn',
    message: `the log directory ${directory} does not exist yet; the first line logged makes it`,
    remediation: { say: 'Make it, if you want it now', command: `mkdir -p ${shellQuoted(directory)}` },
  };
}

/** Tries a real write, and opens each file that lines are appended to: the mode of the folder does not show it. */
function refusedWrite(directory: string): Problem | null {
  const probe = join(directory, `.health-write-test-${process.pid}`);
  let file = probe;
  try {
    proveWrite(probe, Buffer.alloc(4096));
    for (const name of readdirSync(directory)) {
      file = join(directory, name);
      if (isCurrentLog(name)) closeSync(openOwnFile(file, constants.O_RDWR | constants.O_APPEND));
      else if (isLogName(name)) isOwnFileThere(file);
    }
    return null;
  } catch (thrown) {
    if (file === probe) removeIfThere(probe); // the file may exist even if the disk is full
    const reason = `${describeFileError(thrown)}${file === probe ? '' : `: ${file}`}`;
    const failure = fileError('write', file === probe ? directory : file, thrown, directory);
    return {
      status: 'fail',
      message: `logs cannot be written in ${directory}: ${failure === thrown ? failure.message : reason}`,
      remediation: asOwner(directory, failure.remedy),
    };
  }
}
