/** auth-hue: finds the bridge, pairs by link button, writes the key, shows that it works. */
import { hostname } from 'node:os';
import type { HueConfig } from '../../config/config';
import { loadConfig } from '../../config/load';
import { EXIT } from '../../exit-codes';
import type { TlsOptions } from '../../http/http';
import { noTraffic, observed } from '../../http/observed';
import { sleep } from '../../reliability/sleep';
import { bridgesOf, type BridgeConfig } from '../../sources/hue/bridges';
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
import { keyTakenOver } from '../auth-hue/take-over';
import { candidatesFor, checkName, targetOf } from '../auth-hue/target';
import { acceptProof } from '../auth-hue/weaker';
import { provePairingWritable, writePairing } from '../auth-hue/write-pairing';
import { main } from '../command';
import { envelope } from '../envelope';
import { showRemoved } from '../show-removed';
import { logged, openLoginKit, type LoginKit } from '../login-kit';

const SPEC: CommandSpec = {
  name: 'auth-hue',
  summary: 'find the bridge, pair by link button, write the key',
  flags: [
    { name: 'bridge', value: 'HOST|HOST:PORT|URL', help: 'pair with this bridge instead of looking for one' },
    { name: 'name', value: 'NAME', help: 'one of several bridges (hue.bridges); adds it if it is not there' },
    { name: 'weaker', help: 'accept a known bridge that proves itself worse than before' },
    ...COMMON_FLAGS,
  ],
  examples: [
    'node bin/auth-hue.js                         find the bridge and pair with it',
    'node bin/auth-hue.js --bridge 192.168.1.10   pair with the bridge at this address',
    'node bin/auth-hue.js --name annexe           add a second bridge, which is called annexe here',
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
  const { files, http, logger, redactor: redact, secrets, terminal, tell, say, interrupted: signal } = kit;
  const hue = kit.config.hue as HueConfig;
  const { bridge: given, name } = values;
  checkName(name);
  const clientWith = (tls: TlsOptions, key = '') =>
    createHueClient({
      http: observed(http, { traffic: noTraffic(), logger }),
      key,
      tls,
      timeoutMs: TIMEOUT_MS,
      texts: createDeviceTexts(logger),
      redact,
      signal,
    });

  const asker = createAsker(tell, signal);
  const client = clientWith({ rejectUnauthorized: false });
  const ours = candidatesFor(hue, name).map(({ bridge_id: id }) => id);
  const bridge = await chooseBridge({ hue, given, ours, http, client, signal, say, asker });
  const { address, bridgeId } = bridge;
  const target = targetOf(hue, name, bridge, secrets);
  const { tls, ca_file } = target.former ?? (hue.bridges.length === 0 ? hue : furtherBridge(hue));
  const trusting = { tls, ca_file };
  const trust = await trustBridge({ address, bridgeId, config: trusting, clientWith, timeoutMs: TIMEOUT_MS, signal });
  const isAccepted = switches.has('weaker');
  await acceptProof(trust, bridgeId, target.former, { isAccepted, asker: terminal.isTerminal ? asker : null });
  asker.close();
  showTrust(trust, trusting, say);

  const { certificateSha256 } = trust;
  const proved = tlsOptionsFor({ ...trusting, bridge_id: bridgeId, certificate_sha256: certificateSha256 });
  let key = await keyTakenOver(bridge, trust, target, clientWith(proved, target.formerKey));
  if (key !== null) {
    say(
      `It has taken over the home of ${target.former?.bridge_id}, and accepts the key: the button need not be pressed.\n`,
    );
  } else {
    tell('Press the round button on top of the bridge now (within 30 s) ...\n');
    key = await pair({
      address,
      tls: proved,
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
  }

  const { hue: strays = [] } = kit.strays;
  showWritten(writePairing(files, { address, bridgeId, key, trust, target, trusting, hue, strays }), say);
  showRemoved(strays, say);
  if (target.formerOnly && target.formerOnly.name !== target.name) {
    say(`The bridge that was the only one is called ${target.formerOnly.name} now.\n`);
  }
  logger.info('paired', `paired with the bridge ${bridgeId} at ${address}`, { bridge_id: bridgeId, address });

  const config = loadConfig(files.config);
  const all = config.hue as HueConfig;
  const now = bridgesOf(all).find((one) => one.name === target.name) as BridgeConfig;
  const report = await readBack(kit, { config: { ...config, hue: now }, key });
  if (switches.has('json')) terminal.out(envelope(SPEC.name, fieldsOf(bridge, trust, report)));
  else if (report.devicesSeen > 0) showReadings(report, say);
  if (report.devicesSeen === 0) tell(NO_SENSOR);
  if (!all.enabled) say(`hue.enabled is false in ${files.config}: collect-hue does nothing until it is true.\n`);
  return EXIT.done;
}

/** Behind the proxy (or of the emulator) of the others there may be one more; that they are not verified is no reason. */
function furtherBridge({ bridges }: HueConfig): Pick<BridgeConfig, 'tls' | 'ca_file'> {
  return { tls: 'verify', ca_file: bridges.find(({ ca_file: file }) => file !== '')?.ca_file ?? '' };
}

const NO_SENSOR =
  'This bridge has no temperature sensor, so that there is nothing to collect: add a motion sensor in the Hue app.\n';
