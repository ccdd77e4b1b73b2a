/** collect-aqm: one collection cycle of the Amazon air quality monitors. */
import { join } from 'node:path';
import type { AqmConfig } from '../../config/config';
import { acquireLock } from '../../reliability/lock';
import { createAqmSource } from '../../sources/aqm/aqm-source';
import type { CommandSpec } from '../arguments';
import { collectorRun, type SourceKit } from '../collector';
import { COLLECTOR_FLAGS } from '../collector-flags';
import { main } from '../command';
import { EXIT_CODE_HELP } from '../exit-codes';

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

void main(
  SPEC,
  collectorRun({
    program: 'collect-aqm',
    collector: 'amazon_aqm',
    configSection: 'amazon_aqm',
    secretSection: 'amazon',
    createSource,
  }),
);

/** How long another process may take to renew the cookies that this one then uses, in milliseconds. */
const WAIT_FOR_THE_OTHER_MS = 30_000;

function createSource(kit: SourceKit) {
  const dataDirectory = kit.config.storage.data_directory;
  return createAqmSource({
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
    lock: () => acquireLock(join(dataDirectory, '.amazon-session.lock'), WAIT_FOR_THE_OTHER_MS),
    remember: !kit.dryRun,
  });
}
