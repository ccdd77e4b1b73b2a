/** auth-hue: find the bridge, pair by link button, write the key, show that it works. */
import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import schema from '../../../config/config.schema.json';
import type { HueConfig } from '../../config/config';
import { findFiles } from '../../config/find';
import { loadConfig } from '../../config/load';
import { createHttp } from '../../http/fetch';
import type { TlsOptions } from '../../http/http';
import { noTraffic, observed } from '../../http/observed';
import { createLogger } from '../../logging/create-logger';
import { silentLogger, type Logger } from '../../logging/logger';
import { sleep } from '../../reliability/sleep';
import { createHueClient } from '../../sources/hue/client';
import { pair } from '../../sources/hue/pairing';
import { tlsOptionsFor } from '../../sources/hue/tls';
import { trustBridge } from '../../sources/hue/trust';
import { createDeviceTexts } from '../../sources/device-text';
import { COMMON_FLAGS, type CommandSpec } from '../arguments';
import { createAsker } from '../ask';
import { chooseBridge } from '../auth-hue/choose-bridge';
import { readBack } from '../auth-hue/read-back';
import { resultOf, showReadings, showTrust, showWritten } from '../auth-hue/show';
import { provePairingWritable, writePairing } from '../auth-hue/write-pairing';
import { main, type Run } from '../command';
import { EXIT } from '../../exit-codes';
import { interruption } from '../interruption';
import { untilInterrupted } from '../login-kit';
import { verboseLogger } from '../verbose-logger';

const SPEC: CommandSpec = {
  name: 'auth-hue',
  summary: 'find the bridge, pair by link button, write the key',
  flags: [
    { name: 'bridge', value: 'HOST|HOST:PORT|URL', help: 'pair with this bridge instead of looking for one' },
    ...COMMON_FLAGS,
  ],
  examples: [
    'node bin/auth-hue.js                         find the bridge and pair with it',
    'node bin/auth-hue.js --bridge 192.168.1.10   pair with the bridge at this address',
    'node bin/auth-hue.js --json                  the outcome as one JSON object',
  ],
  exitCodes: [
    [EXIT.done, 'paired: key, address and id are written, and the sensors were read'],
    [EXIT.failed, 'failed: no bridge, the link button not pressed, or the bridge does not answer'],
    [EXIT.usage, 'usage or configuration error, or several bridges and none chosen: nothing was attempted'],
    [EXIT.loginNeeded, 'the bridge refused the new key'],
  ],
};

/** Long enough for a bridge that is awake, short enough for somebody who waits. */
const TIMEOUT_MS = 5000;
/** No wait for a retry is longer. */
const READ_BACK_MS = 60_000;

const run: Run = async ({ arguments: { values, switches }, terminal, redactor: redact }) => {
  const json = switches.has('json');
  /** What the user must read in order to act; never mixed with the JSON object. */
  const tell = json ? terminal.err : terminal.out;
  const say = switches.has('quiet') ? () => undefined : tell;
  const logging = (logger: Logger) => (switches.has('verbose') ? verboseLogger(logger, terminal) : logger);

  const files = findFiles(values, { environment: terminal.environment });
  const former = existsSync(files.config) ? loadConfig(files.config, { beforePairing: true }).hue : null;
  const hue = former ?? defaultHue();
  provePairingWritable(files);

  const deadline = untilInterrupted(interruption(), READ_BACK_MS);
  const { signal } = deadline;
  const http = createHttp();
  const steps = logging(silentLogger);
  const clientWith = (tls: TlsOptions) =>
    createHueClient({
      http: observed(http, { traffic: noTraffic(), logger: steps }),
      key: '',
      tls,
      timeoutMs: TIMEOUT_MS,
      texts: createDeviceTexts(steps),
      redact,
      signal,
    });

  const asker = createAsker(tell, signal);
  const anyCertificate = clientWith({ rejectUnauthorized: false });
  const bridge = await chooseBridge({ hue, given: values['bridge'], http, client: anyCertificate, signal, say, asker });
  asker.close();
  const { address, bridgeId } = bridge;
  const trust = await trustBridge({ address, bridgeId, config: hue, clientWith, timeoutMs: TIMEOUT_MS, signal });
  showTrust(trust, hue, say);

  tell('Press the round button on top of the bridge now (within 30 s) ...\n');
  const key = await pair({
    address,
    tls: tlsOptionsFor({ ...hue, bridge_id: bridgeId, certificate_sha256: trust.certificateSha256 }),
    http,
    deviceType: `home-monitor#${hostname()
      .replaceAll(/[^\w-]/g, '-')
      .slice(0, 19)}`,
    timeoutMs: TIMEOUT_MS,
    signal,
    redact,
    sleep,
    ...(terminal.isTerminal ? { onWait: (seconds: number) => tell(`\r  ${String(seconds).padStart(2)} s left `) } : {}),
  });
  redact.add(key);
  if (terminal.isTerminal) tell('\r             \r');

  const hadPin = former !== null && former.certificate_sha256 !== '';
  showWritten(writePairing(files, { address, bridgeId, key, trust, hadPin }), say);

  const config = loadConfig(files.config);
  const logger = createLogger({ config: config.logging, program: 'auth-hue', redact });
  logger.info('paired', `paired with the bridge ${bridgeId} at ${address}`, { bridge_id: bridgeId, address });
  const now = config.hue ?? hue;
  const report = await readBack({
    config: { ...config, hue: now },
    key,
    http,
    logger: logging(logger),
    redact,
    deadline,
  });
  logger.close();
  if (json) terminal.out(`${JSON.stringify(resultOf(bridge, trust, report))}\n`);
  else showReadings(report, say);
  if (!now.enabled) say(`hue.enabled is false in ${files.config}: collect-hue does nothing until it is true.\n`);
  return EXIT.done;
};

/** What holds where there is no configuration, or none of a bridge: the defaults of the schema. */
function defaultHue(): HueConfig {
  const keys = Object.entries(schema.properties.hue.properties);
  return Object.fromEntries(keys.map(([key, { default: value }]) => [key, value])) as unknown as HueConfig;
}

void main(SPEC, run);
