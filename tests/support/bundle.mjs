/** Bundles a TypeScript file as the build does: `node tests/support/bundle.mjs ENTRY OUTPUT`. */
import { build } from 'esbuild';
import { BUNDLING } from '../../lib/packaging/bundle.mjs';

const [, , entry, output] = process.argv;
await build({ ...BUNDLING, entryPoints: [entry], outfile: output });
