/**
 * Makes dist/: one bundled file per command. sqlite3 stays outside (a native module), everything else is inside, so
 * that a cycle reads one file instead of four hundred. Beside the bundles that cron runs lies the
 * code that V8 has compiled for them.
 * `--source-maps`: adds a map beside each bundle (16 MB) and the script of the page with its own, which the tests need
 * to measure their coverage.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle, bundleWithStart } from './bundle.mjs';
import { bundlePage } from './bundle-page.mjs';
import { compileValidators } from './compile-validators.mjs';

/** Cron starts these often, and a person waits for a report; the others are started once in a while. */
const RUN_BY_CRON = ['collect-hue', 'collect-aqm', 'health', 'report'];

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..', '..');
const dist = join(root, 'dist');
const commandsDirectory = join(root, 'lib', 'cli', 'commands');
const options = { sourcemap: process.argv.includes('--source-maps') };
const commands = readdirSync(commandsDirectory).filter((name) => name.endsWith('.ts'));

compileValidators();
const pageScript = await bundlePage();
rmSync(dist, { recursive: true, force: true });
mkdirSync(dist);
if (options.sourcemap) writeFileSync(join(dist, 'page-script.js'), pageScript);
await bundleWithStart(
  commands.map((name) => join(commandsDirectory, name)),
  dist,
  options,
);
await bundle(
  [
    { in: join(root, 'lib', 'simulator', 'demo.ts'), out: 'demo' },
    { in: join(root, 'lib', 'simulator', 'run.ts'), out: 'simulator' },
    { in: join(here, 'warm-up.ts'), out: 'warm-up' },
  ],
  dist,
  options,
);

const warmUp = [join(dist, 'warm-up.js'), join(here, 'record-compiled-code.cjs'), ...RUN_BY_CRON];
const { status } = spawnSync(process.execPath, warmUp, { stdio: 'inherit', timeout: 60_000 });
if (status !== 0) console.error('The test run of the commands failed: they work, but each start takes longer.');
for (const name of ['warm-up.js', 'warm-up.js.map']) rmSync(join(dist, name), { force: true });
