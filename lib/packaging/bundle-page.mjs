/**
 * Makes the script of the HTML page, uPlot included, as a text that `report` puts into each page
 * (lib/report/page/page-script.generated.js). uPlot's licence comment stays.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { argv, pid } from 'node:process';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const page = join(root, 'lib', 'report', 'page');
const target = join(page, 'page-script.generated.js');

/** @returns the script with its source map, for a measurement of what a browser runs of it */
export async function bundlePage() {
  const uplot = join(root, 'node_modules', 'uplot', 'dist');
  const [licence] = /^\/\*\*[^]*?\*\//.exec(readFileSync(join(uplot, 'uPlot.esm.js'), 'utf8')) ?? [];
  if (licence === undefined || !licence.includes('MIT')) throw new Error('uPlot begins without its licence comment');
  const { outputFiles } = await build({
    entryPoints: [join(page, 'browser', 'main.ts')],
    bundle: true,
    minify: true,
    format: 'iife',
    platform: 'browser',
    target: 'es2022',
    legalComments: 'none',
    banner: { js: licence },
    sourcemap: 'external',
    outdir: join(root, 'dist'),
    write: false,
    logLevel: 'warning',
  });
  const text = (suffix) => outputFiles.find(({ path }) => path.endsWith(suffix)).text;
  const script = text('.js').trim();
  const style = readFileSync(join(uplot, 'uPlot.min.css'), 'utf8').trim();
  const code = [
    `export const SCRIPT = ${JSON.stringify(script)};`,
    `export const UPLOT_STYLE = ${JSON.stringify(style)};\n`,
  ].join('\n');
  // Written under another name and renamed: parallel test runs never see half a file.
  writeFileSync(`${target}.${pid}`, code);
  renameSync(`${target}.${pid}`, target);
  const map = Buffer.from(text('.map')).toString('base64');
  return `${script}\n//# sourceMappingURL=data:application/json;base64,${map}\n`;
}

if (argv[1] === fileURLToPath(import.meta.url)) await bundlePage();
