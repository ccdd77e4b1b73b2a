/** Does the login at Amazon work, and how are the monitors? Asked at most once in five minutes. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { AqmConfig } from '../../config/config';
import { asMonitorError, type ErrorType, type MonitorError, type Remedy } from '../../errors';
import { createHttp } from '../../http/fetch';
import { noTraffic, observed } from '../../http/observed';
import { startDeadline } from '../../reliability/deadline';
import { createRetrier } from '../../reliability/retry';
import { sleep } from '../../reliability/sleep';
import { plural } from '../../wording';
import { accept, type SourceReport } from '../accept';
import { createDeviceTexts, KEY_LENGTH } from '../device-text';
import type { SourceRow } from '../source';
import { warningProblems } from '../warned';
import { readOnlyState, stateFolder } from '../../files/state-folder';
import { createAqmSource, type Inspection } from './aqm-source';
import { renewalDueAt } from './cookie-age';
import { skip, type CheckContext, type Judgement, type Problem } from '../../check/check';
import { clockProblems, durationOf } from '../../check/clocks';
import { noKey } from '../../check/no-key';
import { monitorProblems } from './health-monitors';
import { askedLately } from './remembered-answer';
import { SESSION_LOCK } from './session-file';
import { collectWarnings, type WarningCollector } from '../../check/warnings';

const LOOK_AGAIN = 'node bin/health.js amazon_aqm --fresh';
const TIMEOUT_SECONDS = 7;
/** How long to wait for a collector that is obtaining cookies. */
const WAIT_FOR_THE_OTHER_MS = 3000;

export async function checkAmazon(context: CheckContext, row: SourceRow): Promise<Judgement> {
  const { config, installation } = context;
  const aqm = config.amazon_aqm;
  if (aqm?.enabled !== true) return skip('not enabled');
  const refreshToken = installation.secrets?.secrets.amazon?.refresh_token;
  if (refreshToken === undefined) {
    const login = { say: 'Log in at Amazon', command: 'node bin/auth-amazon.js' };
    return noKey(installation, { section: 'amazon', what: 'refresh token for Amazon', login });
  }
  return askedLately({ ...context, aqm, refreshToken }, () => ask(context, row, aqm, refreshToken));
}

/** @returns the judgement, and whether Amazon has answered at all */
async function ask(
  context: CheckContext,
  row: SourceRow,
  aqm: AqmConfig,
  refreshToken: string,
): Promise<{ judgement: Judgement; answered: boolean }> {
  const { config, signal, now, redactor } = context;
  const dataDirectory = config.storage.data_directory;
  const isThere = existsSync(dataDirectory);
  const traffic = noTraffic();
  const { logger, warnings } = collectWarnings(['unknown_quantity', 'broken_element']);
  // No retries: they would be taken from what the collectors may ask.
  const policy = { max_attempts: 0, base_delay_seconds: 0, multiplier: 1 };
  const deadline = startDeadline(TIMEOUT_SECONDS * 1000, 0);
  try {
    const inspection = await createAqmSource({
      config: { ...aqm, timeout_seconds: Math.min(aqm.timeout_seconds, TIMEOUT_SECONDS) },
      refreshToken,
      state: (isThere ? stateFolder : readOnlyState)(dataDirectory),
      http: observed(createHttp(), { traffic, logger, now }),
      retrier: createRetrier({ policy, logger, sleep, deadline }),
      logger,
      traffic,
      redactor,
      signal,
      now,
      lock: isThere
        ? () => context.acquireLock(join(dataDirectory, SESSION_LOCK), WAIT_FOR_THE_OTHER_MS)
        : () => Promise.resolve({ release: () => Promise.resolve() }),
      // Fresh cookies serve the collectors too; everything else in the session belongs to them.
      cookiesOnly: true,
    }).inspect();
    const { validation, collection } = config;
    const { locations, offsets } = aqm;
    const texts = createDeviceTexts(logger, redactor.ofAtLeast(KEY_LENGTH));
    const maxDevices = collection.max_devices;
    const report = accept(inspection.devices, { row, locations, offsets, validation, maxDevices, texts, logger });
    const problems = [
      ...wayProblems(inspection),
      ...monitorProblems(inspection, report),
      ...oddProblems(warnings),
      ...clockProblems(traffic.clockDifferenceMs, 'Amazon'),
    ];
    const judgement = {
      message: summaryOf(inspection, now()),
      problems,
      details: detailsOf(inspection, report),
    };
    return { judgement, answered: true };
  } catch (thrown) {
    const failure = asMonitorError(thrown);
    const problems = [amazonProblem(failure, aqm), ...clockProblems(traffic.clockDifferenceMs, 'Amazon')];
    const judgement = { message: '', problems, details: { marketplace: aqm.marketplace } };
    return { judgement, answered: traffic.clockDifferenceMs !== null };
  } finally {
    deadline.clear();
  }
}

/** The other ways do as well, as long as they last. */
function wayProblems({ stateWay }: Inspection): Problem[] {
  if (stateWay === 'phoenix/state') return [];
  const message = `the usual address for the values is gone: they are read by ${stateWay}`;
  const say = 'Nothing is lost. Look for a newer version of this program; to ask again';
  return [{ status: 'warn', message, remediation: { say, command: LOOK_AGAIN } }];
}

/** What is odd about Amazon's answers. */
function oddProblems(warnings: WarningCollector['warnings']): Problem[] {
  const own = {
    listing_failed: {
      say: 'Nothing is lost while the known monitors are read. If it stays so for weeks, look for a newer version of this program; to ask again',
      command: LOOK_AGAIN,
    },
  };
  const otherwise = 'If it stays so, look for a newer version of this program';
  return warningProblems(warnings, { app: 'Alexa app', section: 'amazon_aqm', command: LOOK_AGAIN, own, otherwise });
}

function summaryOf({ monitors, cookies, marketplace, listWays, stateWay }: Inspection, now: Date): string {
  const age = cookies === null ? '' : `, cookies ${durationOf(now.getTime() - Date.parse(cookies.obtained_at))} old`;
  const login = cookies === null ? '' : `${age}, renewed from ${renewalDueAt(cookies).toISOString().slice(0, 10)} on`;
  const ways = `list: ${listWayOf(listWays)}, values: ${stateWay}`;
  return `${plural(monitors.length, 'monitor')} at ${marketplace} (${ways})${login}`;
}

const listWayOf = (ways: Inspection['listWays']) => ways.at(-1) ?? 'remembered';

function detailsOf(
  { monitors, cookies, marketplace, listWays, stateWay }: Inspection,
  { skipped }: SourceReport,
): Record<string, unknown> {
  return {
    marketplace,
    list_way: listWayOf(listWays),
    state_way: stateWay,
    monitors: monitors.map(({ serial, name }) => ({ device_id: `alexa:${serial}`, name })),
    skipped,
    cookies_obtained_at: cookies?.obtained_at ?? null,
    cookies_renewed_from: cookies === null ? null : renewalDueAt(cookies).toISOString(),
  };
}

function amazonProblem({ type, message, remedy }: MonitorError, { marketplace }: AqmConfig): Problem {
  const internet = { say: 'See whether this machine reaches Amazon', command: `curl -I https://alexa.${marketplace}` };
  const remedies: Partial<Record<ErrorType, Remedy>> = {
    deadline: internet,
    timeout: internet,
  };
  const { say, command } = remedies[type] ?? remedy;
  // A remedy is never only words: there is always something to type.
  const remediation =
    command === '' ? { say: `${say.replace(/[.]$/, '')}. To ask again`, command: LOOK_AGAIN } : { say, command };
  return { status: 'fail', message, remediation };
}
