/** Who would be told: the check `alerting`, and the messages of `health --test-alert`. */
import { join } from 'node:path';
import { writeFileSync } from 'node:fs';
import type { CheckContext } from '../../../lib/check/check';
import { MonitorError } from '../../../lib/errors';
import { checkAlerting } from '../../../lib/health/checks/alerting';
import { testAlert } from '../../../lib/health/test-alert';
import type { Way } from '../../../lib/home-alerts/notify';
import { textOf } from '../../../lib/home-alerts/words';
import { scratchDirectory } from '../../support/scratch';

const context = (secrets: object | null, config: object = {}): CheckContext =>
  ({
    config: { storage: { data_directory: scratchDirectory() }, ...config },
    installation: { files: { config: '/c/config.yaml', secrets: '/c/secrets.yaml' }, secrets: secrets && { secrets } },
    signal: new AbortController().signal,
    now: () => new Date('2026-01-02T05:00:00.000Z'),
  }) as unknown as CheckContext;

test.each([
  ['email', { email: {} }],
  ['heartbeat', { heartbeat: {} }],
])('%s is a way to tell somebody of a failure', async (name, secrets) => {
  const judged = await checkAlerting(context(secrets), []);
  const details = { ways: [name], failures: [name], home: [] };
  expect(judged).toEqual({ message: `a failure is told by ${name}`, problems: [], details });
});

test.each([
  ['webhook', { notify: {} }, {}],
  ['command', {}, { notify: { command: ['say'] } }],
])('%s tells of the home only: nobody is told of a failure', async (name, secrets, config) => {
  const { problems, details } = await checkAlerting(context(secrets, config), []);
  expect(details).toEqual({ ways: [name], failures: [], home: [name] });
  expect(problems).toMatchObject([
    { status: 'warn', message: expect.stringMatching(`nobody .*; ${name} would tell of the home alone$`) as string },
  ]);
  expect(await checkAlerting(context({ ...secrets, email: {} }, config), [])).toMatchObject({
    message: `a failure is told by email; an alert about the home by email, ${name}`,
    problems: [],
  });
});

test('addresses that lead out of the home unencrypted are named, and never shown', async () => {
  const open = { hue: 'http://hc.example.com/canary', amazon_aqm: 'https://hc.example.com/canary' };
  const { problems } = await checkAlerting(context({ heartbeat: open, notify: { webhook: 'http://8.8.8.8/canary' } }));
  expect(problems.map(({ status, message }) => [status, message.split(' ', 3).join(' ')])).toEqual([
    ['warn', 'heartbeat.hue is not'],
    ['warn', 'notify.webhook is not'],
  ]);
  expect(JSON.stringify(problems)).not.toMatch(/canary|example/);
});

test('without any of them nobody is told, unless cron can send mail; rules are not judged before there is a database', async () => {
  const rules = { alerts: [{ quantity: 'humidity', location: 'Nowhere', above: 65 }] };
  const { problems, details } = await checkAlerting(context({}, { ...rules, notify: { format: 'text' } }), ['/none']);
  expect(details).toEqual({ ways: [], failures: [], home: [] });
  expect(problems).toMatchObject([
    { status: 'warn', message: expect.stringContaining('nobody would be told') as string },
  ]);
  expect(JSON.stringify(problems)).toContain("'/c/secrets.yaml' && node bin/health.js --test-alert");
  const program = join(scratchDirectory(), 'sendmail');
  writeFileSync(program, '');
  expect(await checkAlerting(context({}), [program])).toMatchObject({
    problems: [],
    details: { ways: ['mail of cron'], failures: ['mail of cron'], home: [] },
  });
  expect(await checkAlerting(context(null), [])).toMatchObject({ skipped: true });
});

test('a test message goes by every way, and each is judged on its own', async () => {
  const said: string[] = [];
  const works: Way = { name: 'email', send: (event) => Promise.resolve(void said.push(textOf(event))) };
  const fails: Way = { name: 'webhook', send: () => Promise.reject(new MonitorError('status 500', { type: 'http' })) };
  expect(await testAlert(context({}), () => [works])).toMatchObject({ message: 'email: sent', problems: [] });
  expect(said).toEqual(['this is a test message, nothing is wrong']);
  const judged = await testAlert(context({}), () => [fails, works]);
  expect(judged.problems).toMatchObject([{ status: 'fail', message: 'email: sent; webhook: not sent, status 500' }]);
  expect(judged.details).toEqual({
    ways: [
      { name: 'webhook', status: 'failed' },
      { name: 'email', status: 'sent' },
    ],
  });
  const none = await testAlert(context({ heartbeat: {} }));
  expect(none.problems).toMatchObject([
    { status: 'fail', message: expect.stringContaining('nothing was sent') as string },
  ]);
});
