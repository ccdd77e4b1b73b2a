/** The simulator alone: `npm run simulator` is `node dist/simulator.js`. */
import { spawn, spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { observingEnvironment } from '../support/run-command';
import { said } from '../support/said';
import { scratchDirectory } from '../support/scratch';

const SIMULATOR = join(__dirname, '../../dist/simulator.js');

test('its commands work as they are printed, its faults happen, and Ctrl-C removes its files', async () => {
  const temporary = scratchDirectory();
  const flags = ['--sensors', '3', '--fault', 'sensor-off', '--fault', 'cloud-token'];
  const child = spawn(process.execPath, [SIMULATOR, ...flags], {
    cwd: '/',
    env: { PATH: '/usr/bin:/bin', TMPDIR: temporary, ...observingEnvironment(SIMULATOR) },
  });
  const closed = new Promise((resolve) => child.once('close', resolve));
  try {
    const heard = await said(child, 'Ctrl-C stops');
    expect(heard).toMatch(/bridge_url: https:\/\/127\.0\.0\.1:\d+\n[\s\S]*refresh_token: /);
    const commands = [...heard.matchAll(/^ {3}(node .*)$/gm)].map(([, command]) => command ?? '');
    const run = (command = '') => {
      const env = { PATH: `${dirname(process.execPath)}:/usr/bin:/bin` };
      return spawnSync('sh', ['-c', command], { cwd: '/', env, encoding: 'utf8' });
    };
    expect(run(`${commands[0] ?? ''} --json`)).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/"skipped":\{"hue:[^"]*":"off"\}/) as string,
    });
    expect(run(commands[1])).toMatchObject({ status: 4, stderr: expect.stringContaining('auth-amazon') as string });
  } finally {
    child.kill('SIGINT');
  }
  expect(await closed).toBe(0);
  expect(readdirSync(temporary)).toEqual([]);
});

test('a fault that it does not know is a mistake of usage, and all names are shown', () => {
  const { status, stderr } = spawnSync(process.execPath, [SIMULATOR, '--fault', 'odd'], {
    env: { PATH: '/usr/bin:/bin', ...observingEnvironment(SIMULATOR) },
    encoding: 'utf8',
  });
  expect(status).toBe(2);
  expect(stderr).toMatch(/no fault is called odd: [\s\S]*bridge-busy/);
});
