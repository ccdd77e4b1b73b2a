/** Reads the monitors once with the session of a data directory, and prints the number of readings, or the error. */
import { join } from 'node:path';
import { stateFolder } from '../../../lib/files/state-folder';
import { createHttp } from '../../../lib/http/fetch';
import { noTraffic } from '../../../lib/http/observed';
import { createRedactor } from '../../../lib/logging/redact';
import { startDeadline } from '../../../lib/reliability/deadline';
import { acquireLock } from '../../../lib/store/lock';
import { createRetrier } from '../../../lib/reliability/retry';
import { sleep } from '../../../lib/reliability/sleep';
import { createAqmSource } from '../../../lib/sources/aqm/aqm-source';
import { SESSION_LOCK } from '../../../lib/sources/aqm/session-file';

const [, , , dataDirectory = '', refreshToken = '', alexa = '', www = '', api = ''] = process.argv;
const silent = () => undefined;
const logger = { critical: silent, error: silent, warning: silent, info: silent, debug: silent };
const policy = { max_attempts: 3, base_delay_seconds: 0.01, multiplier: 2 };

createAqmSource({
  config: {
    enabled: true,
    marketplace: 'amazon.com',
    timeout_seconds: 20,
    base_urls: { alexa, www, api },
    locations: {},
    offsets: {},
  },
  refreshToken,
  state: stateFolder(dataDirectory),
  http: createHttp(),
  retrier: createRetrier({ policy, logger, sleep, deadline: startDeadline(60_000) }),
  logger,
  traffic: noTraffic(),
  redactor: createRedactor(),
  lock: () => acquireLock(join(dataDirectory, SESSION_LOCK), 30_000),
})
  .read()
  .then((devices) => console.log(devices.filter((device) => !('skip' in device)).length), console.log);
