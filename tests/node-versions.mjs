/**
 * Shows that the program works under other versions of Node.js than the one that runs this:
 * `npm run node-versions -- /path/to/node …` builds, runs the demo and a part of the tests with each of them. A warning
 * of Node.js (deprecated, experimental) from any process is a failure.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What depends on Node.js most: processes, signals, files, the compiled code, HTTP, TLS, streams. */
const TESTS = [
  'contract/files/write-whole.test.ts',
  'contract/store/node-sqlite.test.ts',
  'end-to-end/amazon-alert.test.ts',
  'end-to-end/collect-hue.test.ts',
  'end-to-end/compiled-code.test.ts',
  'end-to-end/demo.test.ts',
  'end-to-end/health/healthy.test.ts',
  'end-to-end/no-addon.test.ts',
  'end-to-end/output-lost.test.ts',
  'end-to-end/report.test.ts',
  'end-to-end/report-exports.test.ts',
  'end-to-end/signals.test.ts',
  'end-to-end/spool.test.ts',
  'unit/http/fetch.test.ts',
  'unit/simulator/misbehave.test.ts',
  'unit/sources/hue/tls.test.ts',
].map((name) => join('tests', name));

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const scratch = mkdtempSync(join(tmpdir(), 'node-versions-'));
const warnings = join(scratch, 'warnings');
// Some tests run their commands as another user, who has to be able to write here, too.
chmodSync(scratch, 0o755);
writeFileSync(warnings, '');
chmodSync(warnings, 0o666);

const own = process.execPath;
const build = (node) => run(node, ['lib/packaging/build.mjs'], 'the build');
const demo = (node) => run(node, ['dist/demo.js'], 'the demo');
const tests = (node) => run(node, ['node_modules/jest/bin/jest.js', '--runTestsByPath', ...TESTS], 'a test', 'inherit');

/** @throws Error if it fails, or says anything on stderr that we hear */
function run(node, words, name, output = 'pipe') {
  const { status, stdout, stderr } = spawnSync(node, words, {
    cwd: root,
    stdio: ['ignore', output, output],
    encoding: 'utf8',
    env: {
      ...process.env,
      PATH: `${dirname(node)}:${process.env.PATH}`,
      NODE_REDIRECT_WARNINGS: warnings,
    },
    timeout: 600_000,
    killSignal: 'SIGKILL', // SIGTERM gets no turn in a busy loop
  });
  if (status !== 0 || stderr) throw new Error(`${name} failed: ${node} ${words[0]}\n${stdout ?? ''}${stderr ?? ''}`);
  const said = readFileSync(warnings, 'utf8');
  if (said !== '') throw new Error(`${name} works, but Node.js warns: ${node} ${words[0]}\n${said}`);
}

try {
  const missing = TESTS.filter((name) => !existsSync(join(root, name)));
  if (missing.length > 0) throw new Error(`not there any more: ${missing.join(', ')}`);
  const programs = process.argv.slice(2);
  if (programs.length === 0) throw new Error('name the program of at least one Node.js: /path/to/node');
  for (const node of programs) {
    const version = spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout?.trim();
    console.log(`Node.js ${version ?? `not found: ${node}`}`);
    // Each version must also run what another one has built, whose compiled code V8 then refuses.
    build(node);
    demo(own);
    tests(node);
    build(own);
    demo(node);
    console.log(
      `Node.js ${version}: the build, the demo and ${TESTS.length} files of tests are good, without a warning.`,
    );
  }
} catch (error) {
  console.error(`node-versions: ${error.message}`);
  process.exitCode = 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
