/**
 * Runs the tests with coverage: jest counts what runs inside it, V8 itself what runs in the processes that the tests
 * spawn (the bundles in dist/, mapped back to lib/). Both are merged; less than the thresholds is red.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, closeSync, mkdirSync, openSync, readSync, readdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transform } from 'esbuild';
import MCR from 'monocart-coverage-reports';

const THRESHOLDS = { lines: 90, branches: 80 };

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const output = join(root, 'coverage');
const children = join(output, 'children');
rmSync(output, { recursive: true, force: true });
mkdirSync(children, { recursive: true });
chmodSync(children, 0o1777); // some tests run their commands as another user

const jest = spawnSync(
  process.execPath,
  [join(root, 'node_modules/jest/bin/jest.js'), '--coverage', ...process.argv.slice(2)],
  { cwd: root, stdio: 'inherit', env: { ...process.env, CHILD_COVERAGE: children } },
);
if (jest.status !== 0) process.exit(jest.status ?? 1);

const report = MCR({
  name: 'home-temperature-monitor',
  outputDir: join(output, 'report'),
  inputDir: join(output, 'jest', 'raw'),
  baseDir: root,
  // dist/<command>.js only starts its bundle; with coverage, it leaves out what it is for (lib/packaging/start.cjs).
  entryFilter: ({ url }) =>
    !url.includes('/node_modules/') &&
    (url.includes('/lib/') || (url.includes(`${root}/`) && /\/dist\/(\S+\.bundle|demo|simulator|page-script)\.js$/.test(url))),
  sourceFilter: (path) => path.startsWith('lib/') && path.endsWith('.ts'),
  sourcePath: (path) => {
    // A bundle names its sources relative to dist/: ../lib/collect.ts
    const file = path.replace(/^.*?(?=(lib|node_modules)\/)/, '');
    return file.startsWith('/') ? relative(root, file) : file;
  },
  // A file that no test loads counts as uncovered; one that holds types alone has nothing to cover.
  all: {
    dir: [join(root, 'lib')],
    filter: { '**/*.d.ts': false, '**/*.ts': true },
    transformer: async (entry) => {
      const { code, map } = await transform(entry.source, { loader: 'ts', sourcemap: true, sourcefile: entry.url });
      Object.assign(entry, { source: code, sourceMap: JSON.parse(map) });
    },
  },
  reports: [['console-details', { skipPercent: 95, metrics: ['lines', 'branches'] }], 'v8', 'json-summary'],
  logging: 'error',
});
/** Some tests kill their processes: one that was writing down its coverage just then leaves half a file. */
function removeCut(directory) {
  for (const name of readdirSync(directory)) {
    const file = join(directory, name);
    const { size } = statSync(file);
    const last = Buffer.alloc(1);
    const descriptor = openSync(file, 'r');
    readSync(descriptor, last, 0, 1, Math.max(0, size - 1));
    closeSync(descriptor);
    if (last.toString() !== '}') rmSync(file);
  }
}

removeCut(children);
if (readdirSync(children).length > 0) await report.addFromDir(children);
const { summary } = await report.generate();
for (const [kind, least] of Object.entries(THRESHOLDS)) {
  console.log(`coverage of ${kind}: ${summary[kind].pct} % (at least ${least} % is wanted)`);
  if (!(summary[kind].pct >= least)) process.exitCode = 1;
}
