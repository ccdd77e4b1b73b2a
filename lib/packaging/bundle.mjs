/**
 * How each program becomes one file. The packages are bundled as they were published: without plugins, and no module is
 * replaced (tests/contract/packages-as-published.test.ts).
 */
import { copyFileSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const { version } = JSON.parse(readFileSync(join(here, '..', '..', 'package.json'), 'utf8'));

/** @type {import('esbuild').BuildOptions} */
export const BUNDLING = {
  bundle: true,
  platform: 'node',
  target: 'node20.17',
  format: 'cjs',
  minifySyntax: true,
  minifyWhitespace: true, // names are kept, so that a stack trace can be read
  supported: { 'dynamic-import': false }, // everything is in the bundle; the loader of ES modules would cost 3 ms
  // sqlite3 is native; mqtt is large, and only homes that publish load it.
  external: ['sqlite3', 'mqtt'],
  define: {
    PACKAGE_VERSION: JSON.stringify(version),
    // A switch that the packages know: without it, winston loads its diagnostics for developers and their colours (5 ms).
    'process.env.NODE_ENV': '"production"',
  },
  logLevel: 'warning',
};

/**
 * @param {{ in: string, out: string }[]} entryPoints `out` without `.js`
 * @param {string} outdir
 * @param {import('esbuild').BuildOptions} options
 */
export function bundle(entryPoints, outdir, options = {}) {
  return build({ entryPoints, outdir, ...BUNDLING, ...options });
}

/**
 * Each file becomes `<name>.bundle.js` with `<name>.js` beside it, which starts it with the code that V8 has compiled for
 * it, if `record-compiled-code.cjs` has saved that code.
 *
 * @param {string[]} files
 * @param {string} outdir
 * @param {import('esbuild').BuildOptions} options
 * @param {boolean} writes false: nothing is written, the result tells what the bundles hold
 */
export async function bundleWithStart(files, outdir, options = {}, writes = true) {
  const names = files.map((file) => basename(file, '.ts'));
  const result = await bundle(
    files.map((file, index) => ({ in: file, out: `${names[index]}.bundle` })),
    outdir,
    {
      ...options,
      banner: { js: '(function (exports, require, module, __filename, __dirname) {' },
      footer: { js: '})' },
    },
  );
  if (writes) for (const name of names) copyFileSync(join(here, 'start.cjs'), join(outdir, `${name}.js`));
  return result;
}
