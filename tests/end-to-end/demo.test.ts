/** The demo, as a new user runs it: `npm run demo` is `node dist/demo.js`. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { scratchDirectory } from '../support/scratch';

const DEMO = join(__dirname, '../../dist/demo.js');
const environment = (temporary: string) => ({ PATH: '/usr/bin:/bin', TMPDIR: temporary });

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

async function said(child: ChildProcess, text: string): Promise<void> {
  let heard = '';
  for await (const chunk of child.stdout ?? []) {
    heard += String(chunk);
    if (heard.includes(text)) return;
  }
  throw new Error(`the demo ended without printing ${text}`);
}
