/** One run of a collector: its parts are created here and handed to the source and to `collect`. */
import { accept } from '../sources/accept';
import type { CollectContext } from '../collect';
import type { Config, Secrets } from '../config/config';
import { findFiles, type Files } from '../config/find';
import { loadConfig } from '../config/load';
import { allSecretValues, loadSecrets } from '../config/secrets';
import { secretsModeWarning } from '../config/secrets-file';
import { finishEdits } from '../config/unfinished-edits';
import { readOnlyState, stateFolder } from '../files/state-folder';
import { createHttp } from '../http/fetch';
import { noTraffic, observed } from '../http/observed';
import { createLogger, type FileLogger } from '../logging/create-logger';
import type { Logger } from '../logging/logger';
import type { Redactor } from '../logging/redact';
import { startCycleEnd, type CycleEnd } from '../reliability/cycle-end';
import type { Deadline } from '../reliability/deadline';
import { createRetrier, type Retrier } from '../reliability/retry';
import { sleep } from '../reliability/sleep';
import type { ListedSource } from '../sources/all';
import { createDeviceTexts, KEY_LENGTH } from '../sources/device-text';
import { sectionOf, type Source, type SourceKit } from '../sources/source';
import { lastDevicesSeen } from '../store/last-good-cycle';
import { acquireLock, takeNoLock } from '../store/lock';
import type { Arguments } from './arguments';
import type { Terminal } from './command';
import { cycleClock } from './cycle-clock';
import { openCycleStorage, withoutStoring } from './cycle-storage';
import { NO_MEMORY, openFailureMemory, type FailureMemory } from './failure-memory';
import { signOfLife, type SignOfLife } from './sign-of-life';
import { verboseLogger } from './verbose-logger';

export interface Cycle {
  row: ListedSource;
  config: Config;
  files: Files;
  /** the file; closed when all is done */
  log: FileLogger;
  /** the same, and with `--verbose` the terminal */
  logger: Logger;
  redactor: Redactor;
  terminal: Terminal;
  typed: Arguments;
  isDryRun: boolean;
  /** which failures were printed, for `--quiet-repeats` */
  memory: FailureMemory;
  startedAt: Date;
  end: CycleEnd;
  /** shows on a terminal what takes long */
  life: SignOfLife;
}

export async function prepare(
  row: ListedSource,
  typed: Arguments,
  terminal: Terminal,
  redactor: Redactor,
): Promise<Cycle> {
  const startedAt = new Date();
  const files = findFiles(typed.values, { environment: terminal.environment });
  await finishEdits(files);
  const config = loadConfig(files.config);
  const isDryRun = typed.switches.has('dry-run');
  const isQuiet = typed.switches.has('quiet-repeats') && !terminal.isTerminal && !isDryRun;
  const memory = isQuiet ? openFailureMemory(config, row.program) : NO_MEMORY;
  const log = createLogger({
    config: config.logging,
    program: row.program,
    redact: redactor,
    complain: (text) => memory.remark('log_unwritable', () => terminal.err(text)),
  });
  const logger = typed.switches.has('verbose') ? verboseLogger(log, terminal) : log;
  const end = startCycleEnd(config.collection.deadline_seconds);
  const remainingMs = () => end.storing.remainingMs();
  const life = signOfLife(terminal, { switches: typed.switches, step: 'reading', remainingMs });
  const parts = { row, config, files, log, logger, redactor, typed, isDryRun, memory, startedAt, end };
  return { ...parts, life, terminal: life.terminal };
}

/** @throws MonitorError if the file of the secrets, or this source's section of it, is malformed */
export function kitOf(cycle: Cycle): SourceKit {
  const { row, config, logger, redactor, isDryRun } = cycle;
  const { reading } = cycle.end;
  const { signal } = reading;
  const traffic = noTraffic();
  return {
    config,
    secrets: secretsFor(cycle),
    logger,
    redactor,
    flags: cycle.typed.values,
    traffic,
    http: observed(createHttp(), { traffic, logger }),
    retrier: retrierOf(cycle, reading),
    texts: createDeviceTexts(logger, redactor.ofAtLeast(KEY_LENGTH)),
    signal,
    remainingMs: () => reading.remainingMs(),
    state: (isDryRun ? readOnlyState : stateFolder)(config.storage.data_directory),
    acquireLock: isDryRun ? takeNoLock : (path, waitMs) => acquireLock(path, waitMs, { signal }),
    lastDevicesSeen: () => lastDevicesSeen(config.storage, row.collector),
  };
}

/** @throws MonitorError if the file, or the section of this source, is malformed; a fault elsewhere is only logged */
function secretsFor({ row: { secret }, files, logger, redactor }: Cycle): Secrets {
  const { secrets, faults, unknown } = loadSecrets(files.secrets);
  const fault = secret === null ? undefined : faults[secret.section];
  if (fault) throw fault;
  for (const [section, other] of Object.entries({ ...faults, ...(unknown && { unknown }) })) {
    logger.warning('secrets_fault', other.message, { section, remediation: other.remediation });
  }
  for (const value of allSecretValues(secrets)) redactor.add(value);
  const modeWarning = secretsModeWarning(files.secrets);
  if (modeWarning !== null) logger.warning('secrets_readable', modeWarning);
  return secrets;
}

export function contextOf(cycle: Cycle, kit: SourceKit, source: Source): CollectContext {
  const { row, config, logger, end, startedAt, isDryRun, redactor } = cycle;
  const { texts, traffic, retrier } = kit;
  const storage = openCycleStorage(row.collector, {
    ...{ config, logger, end, watch: cycle.life.watch },
    cycle: startedAt.toISOString(),
  });
  const { validation, collection } = config;
  const { locations = {}, offsets } = sectionOf(config, row) ?? {};
  const acceptance = { row, locations, offsets, validation, maxDevices: collection.max_devices, texts, logger };
  return {
    collector: row.collector,
    intervalMinutes: collection.interval_minutes,
    startedAt,
    source,
    judgeClock: (devices) => cycleClock({ row, config, traffic, logger, startedAt }, devices),
    accept: (devices, clock) => accept(devices, { ...acceptance, clock }),
    traffic,
    storage: isDryRun ? withoutStoring(storage) : storage,
    end,
    retries: () => retrier.retries + storage.retries(),
    redact: redactor,
  };
}

/** Of everything that belongs to this cycle: it tries again until that deadline. */
export function retrierOf({ config, logger, life, startedAt }: Cycle, deadline: Deadline): Retrier {
  const cycle = startedAt.toISOString();
  return createRetrier({ policy: config.retry, logger, sleep, cycle, deadline, watch: life.watch });
}
