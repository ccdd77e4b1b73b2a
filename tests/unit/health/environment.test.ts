/** What health, and once a day the log, says of variables and permissions that weaken the program. */
import { chmodSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { warnOfEnvironment } from '../../../lib/cli/warn-of-environment';
import { judgeEnvironment } from '../../../lib/health/checks/environment';
import { recordingLogger } from '../../support/recording-logger';
import { scratchDirectory } from '../../support/scratch';

function installationWith(environment: NodeJS.ProcessEnv) {
  const directory = scratchDirectory();
  const folder = join(directory, 'config');
  mkdirSync(folder);
  const files = { config: join(folder, 'config.yaml'), secrets: join(folder, 'secrets.yaml') };
  for (const file of Object.values(files)) writeFileSync(file, '', { mode: 0o600 });
  return { directory, folder, installation: { files, environment } };
}

test('each variable that weakens is named, in its spelling, and never with its value', () => {
  const weak = {
    ...{ NODE_TLS_REJECT_UNAUTHORIZED: 'canary', NODE_OPTIONS: 'canary', NODE_EXTRA_CA_CERTS: 'canary' },
    ...{ https_proxy: 'http://user:canary@proxy', HTTP_PROXY: 'canary', LD_PRELOAD: 'canary', NODE_DEBUG: 'canary' },
  };
  const { installation, directory } = installationWith({ PATH: '/bin', NODE_PATH: '', ...weak });
  const { problems, details } = judgeEnvironment(installation, directory);
  expect(details['variables']).toEqual(Object.keys(weak));
  expect(problems.map(({ status }) => status)).toEqual(Object.keys(weak).map(() => 'warn'));
  for (const name of Object.keys(weak)) expect(JSON.stringify(problems)).toContain(`the variable ${name} is set`);
  expect(JSON.stringify([problems, details])).not.toContain('canary');
  expect(judgeEnvironment({ ...installation, environment: { PATH: '/bin' } }, directory).problems).toEqual([]);
});

test('files and folders that others may write are named; a collector logs it once a day', async () => {
  const { installation, directory, folder } = installationWith({ NODE_OPTIONS: '--inspect' });
  chmodSync(folder, 0o777);
  chmodSync(installation.files.secrets, 0o666);
  const { problems } = judgeEnvironment(installation, directory);
  expect(problems.map(({ message }) => message)).toMatchObject([
    expect.stringContaining('NODE_OPTIONS') as string,
    expect.stringContaining(`${folder} can be written by every user`) as string,
    expect.stringContaining('secrets.yaml can be written by every user') as string,
  ]);
  const logger = recordingLogger();
  await warnOfEnvironment(installation, directory, logger);
  await warnOfEnvironment(installation, directory, logger);
  expect(logger.events.map(({ event, level }) => [event, level])).toEqual(
    problems.map(() => ['weak_environment', 'warning']),
  );
  const yesterday = new Date(Date.now() - 25 * 3_600_000);
  utimesSync(join(directory, '.environment-checked'), yesterday, yesterday);
  await warnOfEnvironment(installation, directory, logger);
  expect(logger.events).toHaveLength(6);
  // Without a data directory nothing is remembered, and nothing is said.
  await expect(warnOfEnvironment(installation, join(directory, 'missing'), logger)).resolves.toBeUndefined();
});
