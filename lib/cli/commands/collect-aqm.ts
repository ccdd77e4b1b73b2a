/** collect-aqm: one collection cycle of the Amazon air quality monitors. */
import { join } from 'node:path';
import { settleAlert } from '../../alert/settle-alert';
import type { AqmConfig } from '../../config/config';
import { EXIT_CODE_HELP } from '../../exit-codes';
import { acquireLock } from '../../reliability/lock';
import { createRetrier } from '../../reliability/retry';
import { sleep } from '../../reliability/sleep';
import { createAqmSource, type AqmSource } from '../../sources/aqm/aqm-source';
import { signInAddress } from '../../sources/aqm/login';
import { SESSION_LOCK } from '../../sources/aqm/session-file';
import type { CommandSpec } from '../arguments';
import { collectorRun, NOTHING_COLLECTED, type SourceKit } from '../collector';
import { COLLECTOR_FLAGS } from '../collector-flags';
import { main } from '../command';
import { ownCommand } from '../own-command';

const SPEC: CommandSpec = {
  name: 'collect-aqm',
  summary: 'one collection cycle of the Amazon air quality monitors',
  flags: COLLECTOR_FLAGS,
  examples: [
    'node bin/collect-aqm.js               one cycle, as cron runs it',
    'node bin/collect-aqm.js --dry-run     read and print, store nothing',
    'node bin/collect-aqm.js --json        the readings as one JSON object',
  ],
  exitCodes: EXIT_CODE_HELP,
};

let source: AqmSource | undefined;

void main(
  SPEC,
  collectorRun({
    program: 'collect-aqm',
    collector: 'amazon_aqm',
    configSection: 'amazon_aqm',
    secretSection: 'amazon',
    createSource: (kit) => (source = createAqmSource(aqmContext(kit))),
    afterCycle: settle,
  }),
  { emptyAnswer: NOTHING_COLLECTED },
);

/** How long another process may take to renew the cookies that this one then uses, in milliseconds. */
const WAIT_FOR_THE_OTHER_MS = 30_000;

function aqmContext(kit: SourceKit) {
  const dataDirectory = kit.config.storage.data_directory;
  return {
    config: kit.config.amazon_aqm as AqmConfig,
    refreshToken: kit.secrets.amazon?.refresh_token ?? null,
    dataDirectory,
    validation: kit.config.validation,
    http: kit.http,
    retrier: kit.retrier,
    logger: kit.logger,
    traffic: kit.traffic,
    redactor: kit.redactor,
    signal: kit.end.reading.signal,
    lock: () =>
      acquireLock(join(dataDirectory, SESSION_LOCK), WAIT_FOR_THE_OTHER_MS, { signal: kit.end.reading.signal }),
    remember: !kit.dryRun,
  };
}

/** Raises, reminds of or ends the alert, by what this cycle has learnt of the login. A look changes nothing. */
async function settle(kit: SourceKit): Promise<void> {
  if (kit.dryRun || source === undefined) return;
  const { end, config, logger } = kit;
  const context = aqmContext(kit);
  await settleAlert(source.login, {
    dataDirectory: context.dataDirectory,
    email: kit.secrets.email ?? null,
    logger,
    redact: kit.redactor,
    retrier: createRetrier({ policy: config.retry, logger, sleep, deadline: end.storing }),
    signInUrl: () => signInAddress(context),
    command: ownCommand('auth-amazon', kit.arguments.values),
    emailDeadlineMs: Math.min(30_000, end.storing.remainingMs()),
  });
}
