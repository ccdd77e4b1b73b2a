/**
 * Does the bridge answer, is it ours, does it accept the key, and how are its sensors? Asked once, as a collector asks.
 */
import { readOnlyState } from '../../files/state-folder';
import type { HueConfig } from '../../config/config';
import { asMonitorError, type ErrorType, type MonitorError } from '../../errors';
import { createHttp } from '../../http/fetch';
import { noTraffic, observed } from '../../http/observed';
import type { SkipReason } from '../../reading';
import { startDeadline } from '../../reliability/deadline';
import { createRetrier } from '../../reliability/retry';
import { sleep } from '../../reliability/sleep';
import { connectToBridge } from './connect';
import { createHueSource } from './source';
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

export async function checkHue(context: CheckContext, row: SourceRow): Promise<Judgement> {
  const { config, installation, redactor, signal, now } = context;
  const { hue } = config;
  if (hue?.enabled !== true) return skip('not enabled');
  const key = installation.secrets?.secrets.hue?.username;
  if (key === undefined) return noKey();

  const traffic = noTraffic();
  const { logger, warnings } = collectWarnings(['retry']);
  const details: Record<string, unknown> = { bridge_url: hue.bridge_url };
  const deadline = startDeadline(TIMEOUT_SECONDS * 1000, 0);
  const policy = { max_attempts: 1, base_delay_seconds: 0.2, multiplier: 1 };
  const asked: HueConfig = { ...hue, timeout_seconds: Math.min(hue.timeout_seconds, TIMEOUT_SECONDS) };
  let report: SourceReport;
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
    details['bridge_url'] = connection.locator.knownAddress;
    const devices = await createHueSource({
      endpoint: hue.endpoint,
      ...connection,
      lastDevicesSeen: () => Promise.resolve(0),
      timeoutMs: asked.timeout_seconds * 1000,
      remainingMs: () => deadline.remainingMs(),
      retrier: createRetrier({ policy, logger, sleep, deadline }),
      logger,
      traffic,
    }).read();
    const { validation, collection } = config;
    const texts = createDeviceTexts(logger, redactor.ofAtLeast(KEY_LENGTH));
    const maxDevices = collection.max_devices;
    report = accept(devices, { row, locations: hue.locations, validation, maxDevices, texts, logger });
  } catch (thrown) {
    const problems = [bridgeProblem(asMonitorError(thrown)), ...clockProblems(traffic.clockDifferenceMs, 'the bridge')];
    return { message: '', problems, details };
  } finally {
    deadline.clear();
  }
  Object.assign(details, {
    endpoint: traffic.endpoint,
    sensors: report.devicesSeen,
    skipped: report.skipped,
    payload_bytes: traffic.payloadBytes,
    clock_difference_ms: traffic.clockDifferenceMs,
  });
  const problems = [
    ...sensorProblems(report),
    ...warnings.map(warningProblem),
    ...clockProblems(traffic.clockDifferenceMs, 'the bridge'),
  ];
  return {
    message: `${String(details['bridge_url'])} is the right bridge and lists ${report.devicesSeen} temperature sensors`,
    problems,
    details,
  };
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

function noKey(): Judgement {
  const problem: Problem = {
    status: 'fail',
    message: 'not asked: there is no usable key for the bridge',
    remediation: { say: 'Pair with the bridge', command: 'node bin/auth-hue.js' },
  };
  return { message: '', problems: [problem], details: {} };
}

const SWITCH_ON =
  'Check that the bridge is switched on and in this network; if its address has changed: node bin/auth-hue.js';

const REMEDIES: Partial<Record<ErrorType, string>> = {
  network: SWITCH_ON,
  timeout: SWITCH_ON,
  deadline: SWITCH_ON,
  wrong_bridge: 'Find the right one, or pair with the new one: node bin/auth-hue.js',
  unauthorized: 'Pair again: press the link button of the bridge and run node bin/auth-hue.js',
  rate_limited: 'Another app asks the bridge too often; wait a minute, then: node bin/health.js hue',
  http: CHECK_AGAIN,
  invalid_response: CHECK_AGAIN,
};

function bridgeProblem({ type, message, remediation }: MonitorError): Problem {
  return { status: 'fail', message, remediation: REMEDIES[type] ?? remediation };
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
