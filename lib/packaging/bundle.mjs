/** How everything that is started becomes one file. */
import { copyFileSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { slimJsYaml } from './slim-js-yaml.mjs';
import { slimNodeFetch } from './slim-node-fetch.mjs';
import { slimWinston } from './slim-winston.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const { version } = JSON.parse(readFileSync(join(here, '..', '..', 'package.json'), 'utf8'));

/**
 * @param {{ in: string, out: string }[]} entryPoints `out` without `.js`
 * @param {string} outdir
 * @param {import('esbuild').BuildOptions} options
 */
export async function bundle(entryPoints, outdir, options = {}) {
  await build({
    entryPoints,
    outdir,
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

/**
 * Each file becomes `<name>.bundle.js` with `<name>.js` beside it, which starts it with the code that V8 compiled of it
 * once `record-compiled-code.cjs` has kept that.
 *
 * @param {string[]} files
 * @param {string} outdir
 */
export async function bundleWithStart(files, outdir) {
  const names = files.map((file) => basename(file, '.ts'));
  await bundle(
    files.map((file, index) => ({ in: file, out: `${names[index]}.bundle` })),
    outdir,
    { banner: { js: '(function (exports, require, module, __filename, __dirname) {' }, footer: { js: '})' } },
  );
  for (const name of names) copyFileSync(join(here, 'start.cjs'), join(outdir, `${name}.js`));
}
