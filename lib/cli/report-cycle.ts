/** What a collector logs of its cycle, and what it prints. */
import { join } from 'node:path';
import type { CycleResult } from '../collect';
import { asMonitorError } from '../errors';
import { EXIT, exitCodeOf } from '../exit-codes';
import { showCycle } from './collector-output';
import { failureText } from './command';
import type { Cycle } from './cycle';
import { envelope } from './envelope';

/** The fields that every `--json` answer of a collector has. */
export const NOTHING_COLLECTED = { readings: [], skipped: {}, endpoint: null, payload_bytes: 0 };

export function reportCycle(cycle: Cycle, collected: CycleResult): void {
  const { row, logger, memory, isDryRun } = cycle;
  const result = isDryRun ? { ...collected, readingsStored: 0 } : collected;
  const { switches } = cycle.typed;
  const { record, failure, readingsStored } = result;
  const { duration_ms, payload_bytes, endpoint, outcome } = record;
  const fields = { duration_ms, payload_bytes, endpoint, readings_stored: readingsStored, outcome };
  if (failure?.type === 'overlap') logger.warning('overlap', failure.message);
  else if (failure) {
    const { type, message, remediation, cause } = failure;
    logger.error('cycle_failed', message, { ...fields, error_type: type, remediation, cause });
  } else logger.info('cycle_completed', `${readingsStored} readings stored`, fields);

  const isWell = record.exit_code === EXIT.done;
  const kind = failure?.type ?? record.error_type ?? outcome;
  const isTold = showCycle(result, cycle.terminal, {
    program: row.program,
    json: switches.has('json'),
    quiet: switches.has('quiet'),
    verbose: switches.has('verbose'),
    dryRun: isDryRun,
    isSilent: !isWell && !memory.failed(record.exit_code, kind),
    hasRecovered: isWell && memory.succeeded(),
    logFile: join(cycle.config.logging.directory, `${row.program}.log`),
    redact: cycle.redactor,
  });
  if (isTold) memory.told(kind);
}

/** What hindered a cycle before it began, such as the secrets, is logged and printed as a failed cycle is. */
export function reportNotBegun({ row, logger, memory, terminal, typed, redactor }: Cycle, thrown: unknown): number {
  const failure = asMonitorError(thrown);
  const { type, message, remediation, cause } = failure;
  logger.error('cycle_failed', message, { error_type: type, remediation, cause });
  const exit_code = exitCodeOf(type);
  if (typed.switches.has('json')) terminal.out(envelope(row.program, NOTHING_COLLECTED, { exit_code, error: failure }));
  if (memory.failed(exit_code, type)) {
    terminal.err(failureText({ name: row.program }, failure, redactor));
    memory.told(type);
  }
  return exit_code;
}
