/**
 * Does each bridge answer, is it ours, does it accept the key, and how are its sensors? Asked once, as a collector asks.
 */
import { readOnlyState } from '../../files/state-folder';
import { asMonitorError, type ErrorType, type MonitorError } from '../../errors';
import { createHttp } from '../../http/fetch';
import { noTraffic, observed } from '../../http/observed';
import type { SkipReason } from '../../reading';
import { startDeadline } from '../../reliability/deadline';
import { createRetrier } from '../../reliability/retry';
import { sleep } from '../../reliability/sleep';
import { plural } from '../../wording';
import { bridgesOf, keyOf, nameFlag, type BridgeConfig } from './bridges';
import { connectToBridge } from './connect';
import { createHueSource } from './source';
import { handshakeProves } from './tls';
import { accept, nothingToStore, type SourceReport } from '../accept';
import { createDeviceTexts, KEY_LENGTH } from '../device-text';
import type { SourceRow } from '../source';
import { skip, type CheckContext, type Judgement, type Problem } from '../../check/check';
import { clockProblems } from '../../check/clocks';
import { collectWarnings } from '../../check/warnings';

const BATTERY_LOW_PERCENT = 20;
/**
 * Within the check's deadline. A bridge that is silent for so long is asked once, one that fails at once is asked
 * twice.
 */
const TIMEOUT_SECONDS = 7;

/** Every bridge is asked, all at the same time; what each has is one judgement. */
export async function checkHue(context: CheckContext, row: SourceRow): Promise<Judgement> {
  const { hue } = context.config;
  if (hue?.enabled !== true) return skip('not enabled');
  const bridges = bridgesOf(hue);
  const judgements = await Promise.all(bridges.map((bridge) => checkBridge(context, bridge, row)));
  const [only] = judgements;
  if (hue.bridges.length === 0 && only !== undefined) return only;
  // As long as one bridge can be read, readings are stored.
  const allFail = judgements.every(({ problems }) => problems.some(({ status }) => status === 'fail'));
  const named = judgements.map((judgement, index) => ofBridge(judgement, bridges[index]?.name ?? '', allFail));
  return {
    message: named.map(({ message }) => message).join('; '),
    problems: named.flatMap(({ problems }) => problems),
    details: { bridges: Object.fromEntries(named.map(({ details }, index) => [bridges[index]?.name, details])) },
  };
}

function ofBridge({ message, problems, details }: Judgement, name: string, allFail: boolean): Judgement {
  return {
    message: `${name}: ${message}`,
    problems: problems.map((problem) => ({
      ...problem,
      message: `${name}: ${problem.message}`,
      ...(allFail || problem.stops !== undefined ? {} : { stops: [] }),
    })),
    details,
  };
}

async function checkBridge(context: CheckContext, bridge: BridgeConfig, row: SourceRow): Promise<Judgement> {
  const { config, installation, redactor, signal, now } = context;
  const key = keyOf(bridge, installation.secrets?.secrets ?? {});
  if (key === undefined) return noKey(bridge);

  const traffic = noTraffic();
  const { logger, warnings } = collectWarnings(['retry', 'upgraded_to_https', 'certificate_replaced']);
  const details: Record<string, unknown> = { bridge_url: bridge.bridge_url };
  const deadline = startDeadline(TIMEOUT_SECONDS * 1000, 0);
  const policy = { max_attempts: 1, base_delay_seconds: 0.2, multiplier: 1 };
  const asked = { ...bridge, timeout_seconds: Math.min(bridge.timeout_seconds, TIMEOUT_SECONDS) };
  const clock = () => clockProblems(traffic.clockDifferenceMs, 'the bridge');
  try {
    const connection = connectToBridge({
      config: { ...config, hue: asked },
      key,
      http: observed(createHttp(), { traffic, logger, now }),
      logger,
      redact: redactor,
      signal,
      search: false, // one answer is enough; the collectors search for a moved bridge, not this check
      state: readOnlyState(config.storage.data_directory),
    });
    let address = connection.locator.knownAddress;
    details['bridge_url'] = address;
    const source = createHueSource({
      endpoint: bridge.endpoint,
      ...connection,
      locator: {
        ...connection.locator,
        atBridge: (read) =>
          connection.locator.atBridge((at, leaveMs) => {
            address = at;
            return read(at, leaveMs);
          }),
      },
      hadSensors: () => Promise.resolve(false),
      timeoutMs: asked.timeout_seconds * 1000,
      remainingMs: () => deadline.remainingMs(),
      retrier: createRetrier({ policy, logger, sleep, deadline }),
      logger,
      traffic,
    });
    const { validation, collection } = config;
    const texts = createDeviceTexts(logger, redactor.ofAtLeast(KEY_LENGTH));
    const maxDevices = collection.max_devices;
    const answers = await source.read();
    // Keys of `locations` may be of another bridge's sensors.
    const locations = bridge.name === '' ? bridge.locations : {};
    const report = accept(answers, { row, locations, validation, maxDevices, texts, logger });
    Object.assign(details, {
      ...{ bridge_url: address, encrypted: address.startsWith('https:'), endpoint: traffic.endpoint },
      sensors: report.devicesSeen,
      skipped: report.skipped,
      payload_bytes: traffic.payloadBytes,
      clock_difference_ms: traffic.clockDifferenceMs,
    });
    const problems = [
      ...outdated(bridge, address, connection.isPinReplaced(), installation.files.config),
      ...sensorProblems(report),
      ...warnings.map(warningProblem),
      ...clock(),
    ];
    return { message: summaryOf(bridge, address, report), problems, details };
  } catch (thrown) {
    const problems = [bridgeProblem(asMonitorError(thrown), bridge), ...clock()];
    return { message: bridge.bridge_url, problems, details };
  } finally {
    deadline.clear();
  }
}

/** `https://192.168.1.10 is the right bridge and lists 8 temperature sensors`: only what was proved is said. */
function summaryOf({ bridge_id: id, tls }: BridgeConfig, address: string, { devicesSeen }: SourceReport): string {
  const identity = handshakeProves(address, tls) ? 'is the right bridge' : 'says that it is the right bridge';
  const what = id === '' ? 'answers (without hue.bridge_id nothing proves that it is yours)' : identity;
  const open = address.startsWith('http:') ? ' (not encrypted)' : '';
  return `${address}${open} ${what} and lists ${plural(devicesSeen, 'temperature sensor')}`;
}

/** What the configuration says of a bridge that has changed since, and that was proved to be ours nevertheless. */
function outdated(bridge: BridgeConfig, address: string, isPinReplaced: boolean, file: string): Problem[] {
  const problems: Problem[] = [];
  const edit = `"\${EDITOR:-vi}" '${file}'`;
  const { bridge_url: url } = bridge;
  if (url.startsWith('http:') && address.startsWith('https:')) {
    const message = `the bridge has given up http (${url}); it is read at ${address}`;
    problems.push({
      status: 'warn',
      message,
      remediation: { say: `Write https:// (bridge_url: ${address})`, command: edit },
    });
  }
  if (isPinReplaced) {
    const message = 'the bridge has got a certificate of an authority, which is used instead of the pinned one';
    problems.push({ status: 'warn', message, remediation: { say: 'Write certificate_sha256: ""', command: edit } });
  }
  return problems;
}

const CHECK_AGAIN = 'If it stays so, restart the bridge, then: node bin/health.js hue';

/** What to do about a warning of the source. */
const WARNED: Partial<Record<string, string>> = {
  tls_insecure:
    'Set hue.tls: verify in config.yaml; pairing again pins a certificate without an authority: node bin/auth-hue.js',
  text_repaired: 'Rename the room or device in the Hue app, then: node bin/health.js hue',
  location_unused:
    'Correct or remove these keys below hue.locations in config.yaml; the ids are in: node bin/report.js',
  too_many_devices: 'If all of them are yours, raise collection.max_devices in config.yaml; else: node bin/auth-hue.js',
  duplicate_id: 'If it was added twice, remove the old one in the Hue app, then: node bin/health.js hue',
};

function warningProblem({ event, message }: { event: string; message: string }): Problem {
  return { status: 'warn', message, remediation: WARNED[event] ?? CHECK_AGAIN };
}

function noKey(bridge: BridgeConfig): Judgement {
  const problem: Problem = {
    status: 'fail',
    message: 'not asked: there is no usable key for the bridge',
    remediation: { say: 'Pair with the bridge', command: `node bin/auth-hue.js${nameFlag(bridge)}` },
  };
  return { message: bridge.bridge_url, problems: [problem], details: {} };
}

function bridgeProblem({ type, message, remedy, remediation }: MonitorError, bridge: BridgeConfig): Problem {
  const auth = `node bin/auth-hue.js${nameFlag(bridge)}`;
  const switchOn = `Check that the bridge is switched on and in this network; if its address has changed: ${auth}`;
  const remedies: Partial<Record<ErrorType, string>> = {
    network: switchOn,
    timeout: switchOn,
    deadline: switchOn,
    wrong_bridge: `Find the right one, or pair with the new one: ${auth}`,
    unauthorized: `Pair again: press the link button of the bridge and run ${auth}`,
    rate_limited: 'Another app asks the bridge too often; wait a minute, then: node bin/health.js hue',
    http: CHECK_AGAIN,
    invalid_response: CHECK_AGAIN,
  };
  // A command of its own knows more: that another bridge has taken the home over.
  return { status: 'fail', message, remediation: remedy.command === '' ? (remedies[type] ?? remediation) : remedy };
}

/** What a skipped sensor is called, and what to do about it. */
const SKIPPED: Partial<Record<SkipReason, [string, string]>> = {
  off: ['switched off in the Hue app', 'Switch them on in the Hue app'],
  unreachable: ['not reachable', 'Check their batteries and their distance to the next lamp'],
  malformed: ['readable only in part', 'Update the bridge in the Hue app'],
};

function sensorProblems(report: SourceReport): Problem[] {
  const { readings, skipped, devicesSeen } = report;
  const problems: Problem[] = [];
  const nothing = nothingToStore(report);
  if (devicesSeen > 0 && nothing !== null) {
    problems.push({
      status: 'fail',
      message: `each cycle fails: ${nothing.message}`,
      remediation: { say: 'Restart the bridge and update it in the Hue app, then', command: 'node bin/health.js hue' },
    });
  }
  if (devicesSeen === 0) {
    problems.push({
      status: 'fail',
      message: 'the bridge lists no temperature sensor',
      remediation: { say: 'Add a motion sensor in the Hue app, then', command: 'node bin/health.js hue' },
    });
  }
  for (const [reason, [what, remedy]] of Object.entries(SKIPPED)) {
    const devices = Object.keys(skipped).filter((device) => skipped[device] === reason);
    if (devices.length === 0) continue;
    problems.push({
      status: 'warn',
      message: `${devices.length} of ${devicesSeen} sensors ${what}: ${devices.join(', ')}`,
      remediation: { say: `${remedy}, then`, command: 'node bin/health.js hue' },
    });
  }
  const weak = readings.filter(({ battery_percent: battery }) => battery !== null && battery < BATTERY_LOW_PERCENT);
  if (weak.length > 0) {
    const list = weak.map(({ location, battery_percent: battery }) => `${location} (${battery} %)`).join(', ');
    problems.push({
      status: 'warn',
      message: `batteries under ${BATTERY_LOW_PERCENT} %: ${list}`,
      remediation: { say: 'Put in new ones, then', command: 'node bin/health.js hue' },
    });
  }
  return problems;
}
