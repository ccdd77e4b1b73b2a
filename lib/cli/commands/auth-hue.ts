/** auth-hue: finds the bridge, pairs by link button, writes the key, shows that it works. */
import { hostname } from 'node:os';
import type { HueConfig } from '../../config/config';
import { loadConfig } from '../../config/load';
import { EXIT } from '../../exit-codes';
import type { TlsOptions } from '../../http/http';
import { noTraffic, observed } from '../../http/observed';
import { sleep } from '../../reliability/sleep';
import { createHueClient } from '../../sources/hue/client';
import { pair } from '../../sources/hue/pairing';
import { tlsOptionsFor } from '../../sources/hue/tls';
import { trustBridge } from '../../sources/hue/trust';
import { createDeviceTexts } from '../../sources/device-text';
import { COMMON_FLAGS, type Arguments, type CommandSpec } from '../arguments';
import { createAsker } from '../ask';
import { chooseBridge } from '../auth-hue/choose-bridge';
import { readBack } from '../auth-hue/read-back';
import { fieldsOf, showReadings, showTrust, showWritten } from '../auth-hue/show';
import { provePairingWritable, writePairing } from '../auth-hue/write-pairing';
import { main } from '../command';
import { envelope } from '../envelope';
import { logged, openLoginKit, type LoginKit } from '../login-kit';

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

/** Long enough for a bridge that is running, short enough for a user who waits. */
const TIMEOUT_MS = 5000;

void main(SPEC, async (invocation) => {
  const kit = await openLoginKit('auth-hue', invocation, { beforePairing: true });
  // Before anything is logged: if there is no configuration yet, nothing else proves that its folder exists.
  provePairingWritable(kit.files);
  return logged(kit, () => pairAndRead(kit, invocation.arguments));
});

async function pairAndRead(kit: LoginKit, { values, switches }: Arguments): Promise<number> {
  const { files, http, logger, redactor: redact, terminal, tell, say, interrupted: signal } = kit;
  const hue = kit.config.hue as HueConfig;
  const clientWith = (tls: TlsOptions) =>
    createHueClient({
      http: observed(http, { traffic: noTraffic(), logger }),
      key: '',
      tls,
      timeoutMs: TIMEOUT_MS,
      texts: createDeviceTexts(logger),
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
    ...(terminal.isTerminal
      ? { onWait: (seconds: number) => tell(`\r\u001b[K  ${String(seconds).padStart(2)} s left `) }
      : {}),
  });
  redact.add(key);
  if (terminal.isTerminal) tell('\r\u001b[K');

  const hadPin = hue.certificate_sha256 !== '';
  showWritten(writePairing(files, { address, bridgeId, key, trust, hadPin }), say);
  logger.info('paired', `paired with the bridge ${bridgeId} at ${address}`, { bridge_id: bridgeId, address });

  const config = loadConfig(files.config);
  const now = config.hue as HueConfig;
  const report = await readBack(kit, { config: { ...config, hue: now }, key });
  if (switches.has('json')) terminal.out(envelope(SPEC.name, fieldsOf(bridge, trust, report)));
  else showReadings(report, say);
  if (!now.enabled) say(`hue.enabled is false in ${files.config}: collect-hue does nothing until it is true.\n`);
  return EXIT.done;
}
