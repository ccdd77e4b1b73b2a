/** `health --test-alert`: a message by every way that is configured, judged like a check. */
import type { Check, CheckContext, Judgement, Problem } from '../check/check';
import { asMonitorError } from '../errors';
import { createHttp } from '../http/fetch';
import { waysToNotify, type Way } from '../home-alerts/notify';
import { testEvent } from '../home-alerts/words';
import { addAWay } from './checks/alerting';

/** Below the deadline of a check, so that each way is judged on its own. */
const TIMEOUT_MS = 8000;
const AGAIN = 'node bin/health.js --test-alert';

export const TEST_ALERT: Check = {
  name: 'alerting',
  title: 'a test message by every way that is configured',
  stops: [],
  remedy: { say: 'Correct what is named, then', command: AGAIN },
  needsNetwork: false, // a user who asks for a message means it, even with --offline
  needsConfig: true,
  run: (context) => testAlert(context),
};

export async function testAlert(
  { installation, config, signal, now }: Pick<CheckContext, 'installation' | 'config' | 'signal' | 'now'>,
  waysOf: typeof waysToNotify = waysToNotify,
): Promise<Judgement> {
  const { secrets, secretsFailure, files } = installation;
  if (secrets === null) throw secretsFailure ?? new Error('secrets.yaml cannot be used');
  const ways = waysOf({ config, secrets: secrets.secrets, http: createHttp(), timeoutMs: TIMEOUT_MS });
  const event = testEvent(now());
  const end = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
  const results = await Promise.all(ways.map((way) => sent(way, () => way.send(event, end))));
  const worked = results.filter(({ problem }) => problem === null).map(({ name }) => `${name}: sent`);
  // Only problems are shown if there are any: the first one also says what worked.
  const problems = results
    .flatMap(({ problem }) => (problem === null ? [] : [problem]))
    .map((problem, at) => (at > 0 ? problem : { ...problem, message: [...worked, problem.message].join('; ') }));
  if (ways.length === 0) {
    const beats = secrets.secrets.heartbeat === undefined ? '' : ' (a heartbeat takes no messages)';
    const message = `no e-mail, webhook or command is configured${beats}: nothing was sent`;
    problems.push({ status: 'fail', message, remediation: addAWay('email or notify', files.secrets) });
  }
  const details = {
    ways: results.map(({ name, problem }) => ({ name, status: problem === null ? 'sent' : 'failed' })),
  };
  return { message: worked.join('; '), problems, details };
}

async function sent({ name }: Way, send: () => Promise<void>): Promise<{ name: string; problem: Problem | null }> {
  try {
    await send();
    return { name, problem: null };
  } catch (thrown) {
    const { message, remediation } = asMonitorError(thrown);
    const again = { say: remediation === '' ? 'Correct it, then' : `${remediation} Then`, command: AGAIN };
    return { name, problem: { status: 'fail', message: `${name}: not sent, ${message}`, remediation: again } };
  }
}
