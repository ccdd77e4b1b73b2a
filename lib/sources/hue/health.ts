/**
 * Does each bridge answer, is it ours, does it accept the key, and how are its sensors? Asked once, as a collector asks.
 */
import { readOnlyState } from '../../files/state-folder';
import { asMonitorError } from '../../errors';
import { createHttp } from '../../http/fetch';
import { noTraffic, observed } from '../../http/observed';
import { startDeadline } from '../../reliability/deadline';
import { createRetrier } from '../../reliability/retry';
import { sleep } from '../../reliability/sleep';
import { plural } from '../../wording';
import { bridgesOf, keyOf, nameFlag, type BridgeConfig } from './bridges';
import { connectToBridge } from './connect';
import { bridgeProblem, oddProblems, outdated } from './health-bridge';
import { sensorProblems } from './health-sensors';
import { createHueSource } from './source';
import { handshakeProves } from './tls';
import { accept, type SourceReport } from '../accept';
import { createDeviceTexts, KEY_LENGTH } from '../device-text';
import type { SourceRow } from '../source';
import { skip, type CheckContext, type Judgement } from '../../check/check';
import { clockProblems } from '../../check/clocks';
import { noKey } from '../../check/no-key';
import { collectWarnings } from '../../check/warnings';

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
  if (key === undefined) {
    const login = { say: 'Pair with the bridge', command: `node bin/auth-hue.js${nameFlag(bridge)}` };
    return noKey(installation, { section: 'hue', what: 'key for the bridge', login });
  }

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
    // Of several bridges, the keys may be of another one's sensors.
    const { locations, offsets } = bridge.name === '' ? bridge : { locations: {}, offsets: {} };
    const report = accept(answers, { row, locations, offsets, validation, maxDevices, texts, logger });
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
      ...oddProblems(warnings),
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
