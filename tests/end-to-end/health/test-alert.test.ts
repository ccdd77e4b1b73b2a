/** `health --test-alert` with a real mail server and a real command. */
import { openHome } from '../../support/home';
import { startMailServer } from '../../support/mail-server';
import type { HealthJson } from './bench';

test('says of each way whether the message was taken', async () => {
  const mail = await startMailServer();
  const command = ['sh', '-c', 'grep -q "test message" && exit 3'];
  const home = await openHome({ config: { notify: { command } }, secrets: { email: { ...mail.email() } } });
  const { stdout, exitCode } = await home.run('health', ['--test-alert', '--json']);
  const { checks, status } = JSON.parse(stdout) as HealthJson;
  expect([exitCode, status, checks.length]).toEqual([1, 'degraded', 1]);
  expect(checks[0]).toMatchObject({
    ...{ name: 'alerting', status: 'fail' },
    message: 'email: sent; command: not sent, notify.command ended with exit code 3.',
    details: {
      ways: [
        { name: 'email', status: 'sent' },
        { name: 'command', status: 'failed' },
      ],
    },
  });
  expect(mail.mailbox[0]?.raw).toContain('Subject: home-temperature-monitor: this is a test message');

  home.configure({ notify: { command: ['true'] } });
  const good = await home.run('health', ['--test-alert']);
  expect(good).toMatchObject({ exitCode: 0, stderr: '' });
  expect(good.stdout).toContain('email: sent; command: sent');
  expect(mail.mailbox).toHaveLength(2);
});
