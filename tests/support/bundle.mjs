/** Bundles a TypeScript file as the build does: `node tests/support/bundle.mjs ENTRY OUTPUT`. */
import { build } from 'esbuild';
import { slimWinston } from '../../lib/packaging/slim-winston.mjs';

const [, , entry, output] = process.argv;
await build({
  entryPoints: [entry],
  outfile: output,
  bundle: true,
  platform: 'node',
  target: 'node20.17',
  plugins: process.argv.includes('--whole') ? [] : [slimWinston],
  logLevel: 'warning',
});
