/** The demo, as a new user runs it: `npm run demo` is `node dist/demo.js`. */
import { spawn, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { observingEnvironment } from '../support/run-command';
import { said } from '../support/said';
import { scratchDirectory } from '../support/scratch';

const DEMO = join(__dirname, '../../dist/demo.js');
const environment = (temporary: string) => ({
  PATH: '/usr/bin:/bin',
  TMPDIR: temporary,
  ...observingEnvironment(DEMO),
});

test('it shows ten readings, says what it does, and leaves nothing behind', () => {
  const temporary = scratchDirectory();
  const { status, stdout, stderr } = spawnSync(process.execPath, [DEMO], {
    cwd: '/',
    env: environment(temporary),
    encoding: 'utf8',
  });
  expect([status, stderr]).toEqual([0, '']);
  const lines = stdout.split('\n');
  expect(lines.filter((line) => line.includes(' hue:00:17:88:01:'))).toHaveLength(8);
  expect(lines.filter((line) => line.includes(' alexa:GAJ23000'))).toHaveLength(2);
  expect(stdout).toMatch(/collect-hue\.js: exit 0 after \d+ ms[\s\S]*collect-aqm\.js: exit 0 after \d+ ms/);
  expect(stdout).toMatch(
    /made-up week[\s\S]*LAST 24 H[\s\S]*pass {2}database[\s\S]*The charts of the week: .*climate\.html/,
  );
  expect(lines.slice(0, lines.indexOf('node bin/report.js')).filter((line) => line.length > 80)).toEqual([]);
  expect(readdirSync(temporary)).toEqual([]);
});

/** The demo in an installation whose collectors run the given script. */
function demoWithCollectors(script: string) {
  const installation = scratchDirectory();
  const temporary = scratchDirectory();
  mkdirSync(join(installation, 'dist'));
  mkdirSync(join(installation, 'bin'));
  copyFileSync(DEMO, join(installation, 'dist/demo.js'));
  symlinkSync(join(__dirname, '../../node_modules'), join(installation, 'node_modules'));
  for (const name of ['collect-hue', 'collect-aqm']) writeFileSync(join(installation, `bin/${name}.js`), script);
  const { status, stderr } = spawnSync(process.execPath, [join(installation, 'dist/demo.js')], {
    cwd: '/',
    env: environment(temporary),
    encoding: 'utf8',
  });
  return { status, stderr, left: readdirSync(temporary) };
}

test('a collector that fails makes it fail', () => {
  expect(demoWithCollectors('process.exit(3)')).toEqual({
    status: 1,
    stderr: 'demo: collect-hue ended with exit code 3\n',
    left: [],
  });
});

test('collectors that store nothing make it fail', () => {
  expect(demoWithCollectors('process.exit(0)')).toEqual({
    status: 1,
    stderr: expect.stringContaining('readings.db cannot be opened') as string,
    left: [],
  });
});

test.each(['SIGINT', 'SIGTERM'] as const)('%s ends it, and its folder is removed', async (signal) => {
  const temporary = scratchDirectory();
  const child = spawn(process.execPath, [DEMO], { cwd: '/', env: environment(temporary) });
  await said(child, 'collect-hue.js');
  child.kill(signal);
  const exitCode = await new Promise((resolve) => child.once('close', resolve));
  expect(exitCode).toBe(130);
  expect(readdirSync(temporary)).toEqual([]);
});

test('with --keep, its five steps work as they are printed, until Ctrl-C, which removes the folder', async () => {
  const temporary = scratchDirectory();
  const child = spawn(process.execPath, [DEMO, '--keep'], { cwd: '/', env: environment(temporary) });
  const closed = new Promise((resolve) => child.once('close', resolve));
  try {
    const heard = await said(child, /5\. .*\n.*\n\n/);
    const commands = [...heard.matchAll(/^\d\. .*:\n {3}(.*)$/gm)].map(([, command]) => command ?? '');
    const [folder = ''] = readdirSync(temporary);
    const run = (command: string) => {
      const env = { PATH: `${dirname(process.execPath)}:/usr/bin:/bin` };
      const { status, stdout, stderr } = spawnSync('sh', ['-c', command], { cwd: '/', env, encoding: 'utf8' });
      return { status, said: stdout + stderr };
    };
    const [collect, report, health, page, fault] = commands.map(run);
    expect(collect).toMatchObject({ status: 0 });
    expect(report).toMatchObject({ status: 0, said: expect.stringContaining('Living room') as string });
    expect(run(`${commands[1] ?? ''} gaps --since 7d`).said).toMatch(/unreachable/);
    expect(health).toMatchObject({ said: expect.stringContaining('database') as string });
    expect(page).toMatchObject({ status: 0 });
    expect(readdirSync(join(temporary, folder))).toContain('climate.html');
    expect(fault).toMatchObject({ status: 4, said: expect.stringContaining('auth-hue') as string });
  } finally {
    child.kill('SIGINT');
  }
  expect(await closed).toBe(0);
  expect(readdirSync(temporary)).toEqual([]);
});
