/**
 * Makes dist/: one bundled file per command. sqlite3 stays outside (a native module), everything else is inside, so
 * that a cycle reads one file instead of four hundred. Beside those that cron runs lies what V8 compiled of them.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { compileValidators } from './compile-validators.mjs';
import { slimJsYaml } from './slim-js-yaml.mjs';
import { slimNodeFetch } from './slim-node-fetch.mjs';
import { slimWinston } from './slim-winston.mjs';

/** Started again and again; the others are started by hand. */
const RUN_BY_CRON = ['collect-hue', 'collect-aqm', 'health'];

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..', '..');
const dist = join(root, 'dist');
const commandsDirectory = join(root, 'lib', 'cli', 'commands');
const commands = readdirSync(commandsDirectory)
  .filter((name) => name.endsWith('.ts'))
  .map((name) => basename(name, '.ts'));
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

function bundle(entryPoints, options = {}) {
  return build({
    entryPoints,
    outdir: dist,
    bundle: true,
    platform: 'node',
    target: 'node20.17',
    format: 'cjs',
    sourcemap: true,
    minifySyntax: true,
    minifyWhitespace: true, // names stay, so that a stack can be read
    supported: { 'dynamic-import': false }, // everything is inside; the loader of ES modules would cost 3 ms
    external: ['sqlite3'],
    inject: [join(here, 'light-performance.mjs')],
    define: { PACKAGE_VERSION: JSON.stringify(version) },
    logLevel: 'warning',
    plugins: [slimNodeFetch, slimWinston, slimJsYaml],
    ...options,
  });
}

compileValidators();
rmSync(dist, { recursive: true, force: true });
mkdirSync(dist);
await bundle(
  commands.map((name) => ({ in: join(commandsDirectory, `${name}.ts`), out: `${name}.bundle` })),
  { banner: { js: '(function (exports, require, module, __filename, __dirname) {' }, footer: { js: '})' } },
);
for (const name of commands) copyFileSync(join(here, 'start.cjs'), join(dist, `${name}.js`));
await bundle([
  { in: join(root, 'lib', 'simulator', 'demo.ts'), out: 'demo' },
  { in: join(here, 'warm-up.ts'), out: 'warm-up' },
]);

const warmUp = [join(dist, 'warm-up.js'), join(here, 'record-compiled-code.cjs'), ...RUN_BY_CRON];
const { status } = spawnSync(process.execPath, warmUp, { stdio: 'inherit', timeout: 60_000 });
if (status !== 0) console.error('The commands could not be tried out: they work, but each start takes longer.');
for (const name of ['warm-up.js', 'warm-up.js.map']) rmSync(join(dist, name));
