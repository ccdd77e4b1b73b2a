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
import { accept, type SourceReport } from '../accept';
import { createDeviceTexts, KEY_LENGTH } from '../device-text';
import type { SourceRow } from '../source';
import { readOnlyState, stateFolder } from '../../files/state-folder';
import { createAqmSource, type Inspection } from './aqm-source';
import { renewalDueAt } from './cookie-age';
import { skip, type CheckContext, type Judgement, type Problem } from '../../check/check';
import { clockProblems, durationOf } from '../../check/clocks';
import { monitorProblems } from './health-monitors';
import { askedLately } from './remembered-answer';
import { SESSION_LOCK } from './session-file';
import { collectWarnings } from '../../check/warnings';

const TIMEOUT_SECONDS = 7;
/** How long to wait for a collector that is obtaining cookies. */
const WAIT_FOR_THE_OTHER_MS = 3000;

export async function checkAmazon(context: CheckContext, row: SourceRow): Promise<Judgement> {
  const { config, installation } = context;
  const aqm = config.amazon_aqm;
  if (aqm?.enabled !== true) return skip('not enabled');
  const refreshToken = installation.secrets?.secrets.amazon?.refresh_token;
  if (refreshToken === undefined) return noToken();
  return askedLately({ ...context, aqm, refreshToken }, () => ask(context, row, aqm, refreshToken));
}

function noToken(): Judgement {
  const problem: Problem = {
    status: 'fail',
    message: 'not asked: there is no usable refresh token for Amazon',
    remediation: { say: 'Log in at Amazon', command: 'node bin/auth-amazon.js' },
  };
  return { message: '', problems: [problem], details: {} };
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
    const { locations } = aqm;
    const texts = createDeviceTexts(logger, redactor.ofAtLeast(KEY_LENGTH));
    const maxDevices = collection.max_devices;
    const report = accept(inspection.devices, { row, locations, validation, maxDevices, texts, logger });
    const problems = [
      ...wayProblems(inspection),
      ...monitorProblems(inspection, report),
      ...warnings.map(({ message }): Problem => ({ status: 'warn', message })),
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
  return [{ status: 'warn', message, remediation: { say, command: 'node bin/health.js amazon_aqm --fresh' } }];
}

function summaryOf({ monitors, cookies, marketplace, stateWay }: Inspection, now: Date): string {
  const age = cookies === null ? '' : `, cookies ${durationOf(now.getTime() - Date.parse(cookies.obtained_at))} old`;
  const login = cookies === null ? '' : `${age}, renewed from ${renewalDueAt(cookies).toISOString().slice(0, 10)} on`;
  return `${monitors.length} monitors at ${marketplace}, read by ${stateWay}${login}`;
}

function detailsOf(
  { monitors, cookies, marketplace, listWays, stateWay }: Inspection,
  { skipped }: SourceReport,
): Record<string, unknown> {
  return {
    marketplace,
    list_way: listWays.at(-1) ?? 'remembered',
    state_way: stateWay,
    monitors: monitors.map(({ serial, name }) => ({ device_id: `alexa:${serial}`, name })),
    skipped,
    cookies_obtained_at: cookies?.obtained_at ?? null,
    cookies_renewed_from: cookies === null ? null : renewalDueAt(cookies).toISOString(),
  };
}

function amazonProblem({ type, message, remedy }: MonitorError, { marketplace }: AqmConfig): Problem {
  const again = 'node bin/health.js amazon_aqm --fresh';
  const internet = { say: 'See whether this machine reaches Amazon', command: `curl -I https://alexa.${marketplace}` };
  const remedies: Partial<Record<ErrorType, Remedy>> = {
    deadline: internet,
    timeout: internet,
    rate_limited: { say: 'Nothing to do but wait some minutes, then', command: again },
  };
  const { say, command } = remedies[type] ?? remedy;
  // A remedy is never only words: there is always something to type.
  const remediation =
    command === '' ? { say: `${say.replace(/[.]$/, '')}. To ask again`, command: again } : { say, command };
  return { status: 'fail', message, remediation };
}
