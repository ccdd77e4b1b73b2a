/**
 * What both collectors are made of: this file alone knows all the rooms, puts them together, and lets `collect` tell the
 * story. A new source needs a folder under lib/sources, a command, and nothing here.
 */
import { join } from 'node:path';
import type { Heartbeat } from '../alert/heartbeat';
import { collect, look, recordOf, type CollectContext, type CycleResult } from '../collect';
import type { Config, Secrets } from '../config/config';
import { findFiles } from '../config/find';
import { loadConfig } from '../config/load';
import { allSecretValues, loadSecrets } from '../config/secrets';
import { secretsModeWarning } from '../config/secrets-file';
import { EXIT, exitCodeOf } from '../exit-codes';
import { createHttp } from '../http/fetch';
import type { Http } from '../http/http';
import { watchClock } from '../http/watch-clock';
import { createLogger } from '../logging/create-logger';
import type { Logger } from '../logging/logger';
import type { Redactor } from '../logging/redact';
import type { CollectorName } from '../reading';
import { startCycleEnd, type CycleEnd } from '../reliability/cycle-end';
import { beforeDeadline } from '../reliability/deadline';
import { createRetrier, type Retrier } from '../reliability/retry';
import { sleep } from '../reliability/sleep';
import type { Source, Traffic } from '../sources/source';
import type { Arguments } from './arguments';
import { showCycle } from './collector-output';
import type { Run, Terminal } from './command';
import { envelope } from './envelope';
import { forgetOldCycles } from './forget-old';
import { openKeeping } from './keeping';
import { wasSaidLately } from './repeated-failure';
import { verboseLogger } from './verbose-logger';

/** What a source may use: made once here, so that every source retries, logs and redacts in the same way. */
export interface SourceKit {
  config: Config;
  secrets: Secrets;
  arguments: Arguments;
  /** for the source alone: the clocks of those who answer it are noticed */
  http: Http;
  /** the clock of the one who answered last minus ours; null if nobody told the time */
  clockDifferenceMs: () => number | null;
  retrier: Retrier;
  logger: Logger;
  redactor: Redactor;
  traffic: Traffic;
  end: CycleEnd;
  /** how many devices the last good cycle of this collector listed; 0 where there was none */
  lastDevicesSeen: () => Promise<number>;
  /** nothing may be written under the data directory */
  dryRun: boolean;
}

export interface CollectorSpec {
  program: 'collect-hue' | 'collect-aqm';
  collector: CollectorName;
  configSection: 'hue' | 'amazon_aqm';
  secretSection: 'hue' | 'amazon';
  /** @throws MonitorError where the configuration names something that cannot be used */
  createSource: (kit: SourceKit) => Source;
  /** after the cycle is safe and its lock released: alert, e-mail; never changes the outcome */
  afterCycle?: (kit: SourceKit) => Promise<void>;
}

/** Fields of every `--json` answer of a collector. */
export const NOTHING_COLLECTED = { readings: [], skipped: {}, endpoint: null, payload_bytes: 0 };

/** The work of a collector, from the configuration to the exit code. */
export function collectorRun(spec: CollectorSpec): Run {
  return async (invocation) => {
    const { switches, values } = invocation.arguments;
    const startedAt = new Date();
    const files = findFiles(values, { environment: invocation.terminal.environment });
    const config = loadConfig(files.config);
    const { redactor, terminal } = invocation;
    const log = createLogger({
      config: config.logging,
      program: spec.program,
      redact: redactor,
      complain: terminal.err,
    });
    const logger = switches.has('verbose') ? verboseLogger(log, terminal) : log;
    if (!config[spec.configSection]?.enabled) {
      logger.info('source_disabled', `${spec.configSection} is not enabled in ${files.config}: nothing to collect`);
      if (switches.has('json')) terminal.out(envelope(spec.program, NOTHING_COLLECTED));
      return EXIT.done;
    }
    const secrets = secretsFor(spec, files.secrets, logger);
    for (const value of allSecretValues(secrets)) redactor.add(value);
    const modeWarning = secretsModeWarning(files.secrets);
    if (modeWarning !== null) logger.warning('secrets_readable', modeWarning);

    const kit = createKit(invocation.arguments, config, secrets, logger, redactor);
    const heartbeat = await startHeartbeatOf(spec, kit);
    const result = await runCycle(spec, kit, startedAt);
    report(spec, kit, result, terminal);
    const { storing, graceMs } = kit.end;
    const settled = result.failure?.type === 'overlap' ? undefined : spec.afterCycle?.(kit);
    const told = heartbeat?.end(result.record.exit_code, result.failure?.type ?? result.record.outcome);
    const afterwards = Promise.allSettled([settled, told, forgetOldCycles(kit, result.failure)]);
    await beforeDeadline(afterwards, storing, graceMs).catch(() => undefined);
    const retrier = createRetrier({ policy: config.retry, logger, sleep, deadline: kit.end.storing });
    await log.finish((operation, attempt) => retrier.run(operation, attempt));
    kit.end.clear();
    return result.record.exit_code;
  };
}

/** Where secrets.yaml has an address for it; a look (`--dry-run`) is no cycle. */
async function startHeartbeatOf(spec: CollectorSpec, kit: SourceKit): Promise<Heartbeat | null> {
  const url = kit.secrets.heartbeat?.[spec.collector];
  if (url === undefined || kit.dryRun) return null;
  const { startHeartbeat } = await import('../alert/heartbeat');
  return startHeartbeat(url, { http: createHttp(), logger: kit.logger, signal: kit.end.storing.signal });
}

/** @throws MonitorError where the file, or the section of this source, is malformed; a fault elsewhere is only logged */
function secretsFor(spec: CollectorSpec, file: string, logger: Logger): Secrets {
  const { secrets, faults, unknown } = loadSecrets(file);
  const fault = faults[spec.secretSection];
  if (fault) throw fault;
  for (const [section, other] of Object.entries({ ...faults, ...(unknown && { unknown }) })) {
    logger.warning('secrets_fault', other.message, { section, remediation: other.remediation });
  }
  return secrets;
}

function createKit(args: Arguments, config: Config, secrets: Secrets, logger: Logger, redactor: Redactor): SourceKit {
  const end = startCycleEnd(config.collection.deadline_seconds);
  const clock = watchClock(createHttp());
  return {
    config,
    secrets,
    arguments: args,
    http: clock.http,
    clockDifferenceMs: () => clock.difference(),
    retrier: createRetrier({ policy: config.retry, logger, sleep, deadline: end.reading }),
    logger,
    redactor,
    traffic: { requests: 0, payloadBytes: 0, endpoint: null },
    end,
    lastDevicesSeen: () => Promise.resolve(0),
    dryRun: args.switches.has('dry-run'),
  };
}

async function runCycle(spec: CollectorSpec, kit: SourceKit, startedAt: Date): Promise<CycleResult> {
  const keeping = openKeeping(spec.collector, kit);
  kit.lastDevicesSeen = keeping.lastDevicesSeen;
  const context: CollectContext = {
    collector: spec.collector,
    startedAt,
    source: spec.createSource(kit),
    traffic: kit.traffic,
    ...keeping,
    end: kit.end,
    retries: () => kit.retrier.retries + keeping.retries(),
    exitCodeOf: (failure) => exitCodeOf(failure.type),
    redact: kit.redactor,
  };
  if (!kit.dryRun) return collect(context);
  const { report, failure } = await look(context);
  const record = recordOf(context, report, failure);
  return { record, report, readingsStored: 0, readingsSpooled: 0, replaced: null, failure };
}

function report(spec: CollectorSpec, kit: SourceKit, result: CycleResult, terminal: Terminal): void {
  const { record, failure } = result;
  const fields = {
    duration_ms: record.duration_ms,
    payload_bytes: record.payload_bytes,
    endpoint: record.endpoint,
    readings_stored: result.readingsStored,
    outcome: record.outcome,
  };
  if (failure?.type === 'overlap') kit.logger.warning('overlap', failure.message);
  else if (failure) {
    const { type, message, remediation } = failure;
    kit.logger.error('cycle_failed', message, { ...fields, error_type: type, remediation, cause: failure.cause });
  } else kit.logger.info('cycle_completed', `${result.readingsStored} readings stored`, fields);

  const quietRepeats = kit.arguments.switches.has('quiet-repeats') && !terminal.isTerminal && !kit.dryRun;
  const errorType = failure?.type ?? null;
  showCycle(result, terminal, {
    program: spec.program,
    json: kit.arguments.switches.has('json'),
    quiet: kit.arguments.switches.has('quiet'),
    verbose: kit.arguments.switches.has('verbose'),
    dryRun: kit.dryRun,
    silentFailure: quietRepeats && wasSaidLately(kit.config.storage.data_directory, spec.program, errorType),
    logFile: join(kit.config.logging.directory, `${spec.program}.log`),
  });
}
