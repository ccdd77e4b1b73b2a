/**
 * A collector: the same command for every source, made from the source's row. Only this file knows all parts of a cycle;
 * it creates them and hands them to `collect`.
 */
import { join } from 'node:path';
import { accept } from '../sources/accept';
import type { Heartbeat } from '../alert/heartbeat';
import { collect, withoutStoring, type CollectContext, type CycleResult } from '../collect';
import type { Secrets } from '../config/config';
import { findFiles } from '../config/find';
import { loadConfig } from '../config/load';
import { allSecretValues, loadSecrets } from '../config/secrets';
import { finishEdits } from '../config/unfinished-edits';
import { secretsModeWarning } from '../config/secrets-file';
import { asMonitorError } from '../errors';
import { EXIT, EXIT_CODE_HELP, exitCodeOf } from '../exit-codes';
import { readOnlyState, stateFolder } from '../files/state-folder';
import { createHttp } from '../http/fetch';
import { noTraffic, observed } from '../http/observed';
import { createLogger, type FileLogger } from '../logging/create-logger';
import type { Logger } from '../logging/logger';
import type { Redactor } from '../logging/redact';
import { startCycleEnd, type CycleEnd } from '../reliability/cycle-end';
import { beforeDeadline } from '../reliability/deadline';
import { createRetrier, type Retrier } from '../reliability/retry';
import { sleep } from '../reliability/sleep';
import type { ListedSource } from '../sources/all';
import { createDeviceTexts, KEY_LENGTH } from '../sources/device-text';
import { sectionOf, type Source, type SourceKit } from '../sources/source';
import { lastDevicesSeen } from '../store/last-good-cycle';
import { acquireLock, takeNoLock } from '../store/lock';
import { COMMON_FLAGS, type Arguments, type CommandSpec } from './arguments';
import { showCycle } from './collector-output';
import { cycleClock } from './cycle-clock';
import { failureText, main, type Invocation } from './command';
import { envelope } from './envelope';
import { NO_MEMORY, openFailureMemory, type FailureMemory } from './failure-memory';
import { handOn } from './hand-on';
import { forgetOldCycles } from './forget-old';
import { openCycleStorage } from './cycle-storage';
import { sayVanished } from './say-vanished';
import { verboseLogger } from './verbose-logger';
import { warnOfEnvironment } from './warn-of-environment';

/** A row of the table in lib/sources/all.ts. */
type Row = ListedSource;

/** The fields that every `--json` answer of a collector has. */
const NOTHING_COLLECTED = { readings: [], skipped: {}, endpoint: null, payload_bytes: 0 };

/** Runs the command of a source and ends the process. */
export function runCollector(row: Row): void {
  void main(specOf(row), (invocation) => run(row, invocation), {
    emptyAnswer: NOTHING_COLLECTED,
    checksDriver: true, // it takes the cycle's lock with it, while the request is under way
  });
}

function specOf({ program, summary, flags }: Row): CommandSpec {
  const command = `node bin/${program}.js`;
  const example = (typed: string, meaning: string) => `${`${command}${typed}`.padEnd(command.length + 15)}${meaning}`;
  return {
    name: program,
    summary,
    flags: [
      ...flags,
      { name: 'dry-run', help: 'read and print, store nothing' },
      { name: 'quiet-repeats', help: 'for crontabs: print the same failure at most once in 24 hours, and its end' },
      ...COMMON_FLAGS,
    ],
    examples: [
      example('', 'one cycle, as cron runs it'),
      example(' --dry-run', 'read and print, store nothing'),
      example(' --json', 'the readings as one JSON object'),
    ],
    exitCodes: EXIT_CODE_HELP,
  };
}

/** The parts of one run of a collector. */
interface Cycle {
  row: Row;
  kit: SourceKit;
  end: CycleEnd;
  arguments: Arguments;
  isDryRun: boolean;
  memory: FailureMemory;
  startedAt: Date;
}

/** One run: from reading the configuration to the exit code. */
async function run(row: Row, invocation: Invocation): Promise<number> {
  const { terminal, redactor } = invocation;
  const { switches, values } = invocation.arguments;
  const startedAt = new Date();
  const files = findFiles(values, { environment: terminal.environment });
  await finishEdits(files);
  const config = loadConfig(files.config);
  const isDryRun = switches.has('dry-run');
  const isQuiet = switches.has('quiet-repeats') && !terminal.isTerminal && !isDryRun;
  const memory = isQuiet ? openFailureMemory(config, row.program) : NO_MEMORY;
  const log = createLogger({
    config: config.logging,
    program: row.program,
    redact: redactor,
    complain: (text) => {
      if (memory.mayRemark('log_unwritable')) terminal.err(text);
    },
  });
  const logger = switches.has('verbose') ? verboseLogger(log, terminal) : log;
  if (sectionOf(config, row)?.enabled !== true) {
    logger.info('source_disabled', `${row.collector} is not enabled in ${files.config}: nothing to collect`);
    if (switches.has('json')) terminal.out(envelope(row.program, NOTHING_COLLECTED));
    return EXIT.done;
  }
  const end = startCycleEnd(config.collection.deadline_seconds);
  try {
    const secrets = secretsFor(row, files.secrets, logger, redactor);
    const kit = createKit({ row, config, secrets, logger, redactor, end, values, isDryRun, startedAt });
    const cycle: Cycle = { row, kit, end, arguments: invocation.arguments, isDryRun, memory, startedAt };
    return await runEnabled(cycle, log, invocation);
  } catch (thrown) {
    // What hinders the cycle before it begins, such as the secrets: logged and printed as a failure of the cycle is.
    const failure = asMonitorError(thrown);
    const { type, message, remediation, cause } = failure;
    logger.error('cycle_failed', message, { error_type: type, remediation, cause });
    const exit_code = exitCodeOf(type);
    if (switches.has('json')) terminal.out(envelope(row.program, NOTHING_COLLECTED, { exit_code, error: failure }));
    if (memory.failed(exit_code, type)) terminal.err(failureText({ name: row.program }, failure, redactor));
    return exit_code;
  }
}

async function runEnabled(cycle: Cycle, log: FileLogger, invocation: Invocation): Promise<number> {
  const { row, kit, end } = cycle;
  // A cycle whose source cannot be made has not begun.
  const source = await row.create(kit);
  const heartbeat = await startHeartbeatOf(cycle);
  const result = await runCycle(cycle, source);
  report(cycle, result, invocation);
  if (!cycle.isDryRun) {
    const { environment } = invocation.terminal;
    const files = findFiles(cycle.arguments.values, { environment });
    await warnOfEnvironment({ files, environment }, kit.config.storage.data_directory, log);
  }
  await doAfterwards(cycle, source, result, heartbeat);
  const retrier = retrierOf(cycle);
  await log.finish((operation, attempt) => retrier.run(operation, attempt));
  end.clear();
  return result.record.exit_code;
}

/** @throws MonitorError if the file, or the section of this source, is malformed; a fault elsewhere is only logged */
function secretsFor({ secret }: Row, file: string, logger: Logger, redactor: Redactor): Secrets {
  const { secrets, faults, unknown } = loadSecrets(file);
  const fault = secret === null ? undefined : faults[secret.section];
  if (fault) throw fault;
  for (const [section, other] of Object.entries({ ...faults, ...(unknown && { unknown }) })) {
    logger.warning('secrets_fault', other.message, { section, remediation: other.remediation });
  }
  for (const value of allSecretValues(secrets)) redactor.add(value);
  const modeWarning = secretsModeWarning(file);
  if (modeWarning !== null) logger.warning('secrets_readable', modeWarning);
  return secrets;
}

interface KitParts extends Pick<SourceKit, 'config' | 'secrets' | 'logger' | 'redactor'> {
  row: Row;
  end: CycleEnd;
  values: Arguments['values'];
  isDryRun: boolean;
  startedAt: Date;
}

function createKit({ row, end, values, isDryRun, startedAt, ...parts }: KitParts): SourceKit {
  const { config, logger } = parts;
  const traffic = noTraffic();
  const { signal } = end.reading;
  const cycle = startedAt.toISOString();
  return {
    ...parts,
    flags: values,
    traffic,
    http: observed(createHttp(), { traffic, logger }),
    retrier: createRetrier({ policy: config.retry, logger, sleep, cycle, deadline: end.reading }),
    texts: createDeviceTexts(logger, parts.redactor.ofAtLeast(KEY_LENGTH)),
    signal,
    remainingMs: () => end.reading.remainingMs(),
    state: (isDryRun ? readOnlyState : stateFolder)(config.storage.data_directory),
    acquireLock: isDryRun ? takeNoLock : (path, waitMs) => acquireLock(path, waitMs, { signal }),
    lastDevicesSeen: () => lastDevicesSeen(config.storage, row.collector),
  };
}

/** Starts the heartbeat if secrets.yaml has an address for it; a dry run is not a cycle and sends none. */
async function startHeartbeatOf({ row, kit, end, isDryRun }: Cycle): Promise<Heartbeat | null> {
  const url = kit.secrets.heartbeat?.[row.collector];
  if (url === undefined || isDryRun) return null;
  const { startHeartbeat } = await import('../alert/heartbeat');
  return startHeartbeat(url, { http: createHttp(), logger: kit.logger, signal: end.storing.signal });
}

async function runCycle({ row, kit, end, isDryRun, startedAt }: Cycle, source: Source): Promise<CycleResult> {
  const { config, logger, redactor, texts, traffic, retrier } = kit;
  const storage = openCycleStorage(row.collector, { config, logger, end, cycle: startedAt.toISOString() });
  const { validation, collection } = config;
  const maxDevices = collection.max_devices;
  const { locations = {}, offsets } = sectionOf(config, row) ?? {};
  const context: CollectContext = {
    collector: row.collector,
    intervalMinutes: config.collection.interval_minutes,
    startedAt,
    source,
    judgeClock: (devices) => cycleClock({ row, config, traffic, logger, startedAt }, devices),
    accept: (devices, clock) =>
      accept(devices, { row, locations, offsets, validation, maxDevices, texts, logger, clock }),
    traffic,
    storage: isDryRun ? withoutStoring(storage) : storage,
    end,
    retries: () => retrier.retries + storage.retries(),
    redact: redactor,
  };
  const result = await collect(context);
  if (row.tellsVanished !== true && result.vanished.length > 0) await sayVanished(config.storage, logger, result);
  return isDryRun ? { ...result, readingsStored: 0 } : result;
}

/** For what comes after the reading. */
function retrierOf({ kit: { config, logger }, end, startedAt }: Cycle): Retrier {
  return createRetrier({
    policy: config.retry,
    logger,
    sleep,
    cycle: startedAt.toISOString(),
    deadline: end.storing,
  });
}

/** The alert, the heartbeat and the retention: none of them changes the outcome of the cycle. */
async function doAfterwards(
  cycle: Cycle,
  source: Source,
  { record, report: { readings }, failure, clock }: CycleResult,
  heartbeat: Heartbeat | null,
): Promise<void> {
  const { row, kit, end, isDryRun } = cycle;
  if (isDryRun) return;
  const settled =
    failure?.type === 'overlap' || failure?.type === 'not_mounted'
      ? undefined
      : source.afterCycle?.({
          retrier: retrierOf(cycle),
          remainingMs: () => end.storing.remainingMs(),
        });
  const handedOn =
    failure === null
      ? handOn({ ...kit, row, cycle: record.started_at, readings, remainingMs: end.storing.remainingMs() })
      : null;
  const heartbeatSent = heartbeat?.end(record.exit_code, failure?.type ?? record.outcome);
  const forgotten = failure === null ? forgetOldCycles(kit, clock, end.storing.signal) : undefined;
  await beforeDeadline(
    Promise.allSettled([settled, handedOn, heartbeatSent, forgotten]),
    end.storing,
    end.graceMs,
  ).catch(() => undefined);
}

function report(cycle: Cycle, result: CycleResult, at: Invocation): void {
  const { row, kit, memory, isDryRun } = cycle;
  const { switches } = cycle.arguments;
  const { record, failure, readingsStored } = result;
  const { duration_ms, payload_bytes, endpoint, outcome } = record;
  const fields = { duration_ms, payload_bytes, endpoint, readings_stored: readingsStored, outcome };
  if (failure?.type === 'overlap') kit.logger.warning('overlap', failure.message);
  else if (failure) {
    const { type, message, remediation } = failure;
    kit.logger.error('cycle_failed', message, { ...fields, error_type: type, remediation, cause: failure.cause });
  } else kit.logger.info('cycle_completed', `${readingsStored} readings stored`, fields);

  const isWell = record.exit_code === EXIT.done;
  const kind = failure?.type ?? record.error_type ?? outcome;
  showCycle(result, at.terminal, {
    program: row.program,
    json: switches.has('json'),
    quiet: switches.has('quiet'),
    verbose: switches.has('verbose'),
    dryRun: isDryRun,
    isSilent: !isWell && !memory.failed(record.exit_code, kind),
    hasRecovered: isWell && memory.succeeded(),
    logFile: join(kit.config.logging.directory, `${row.program}.log`),
    redact: kit.redactor,
  });
}
