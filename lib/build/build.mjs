/**
 * Makes dist/: one bundled file per command. sqlite3 stays outside (a native module), everything else is inside, so
 * that a cycle reads one file instead of four hundred.
 */
import { mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { compileValidators } from './compile-validators.mjs';
import { slimWinston } from './slim-winston.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const commandsDirectory = join(root, 'lib', 'cli', 'commands');

const entryPoints = Object.fromEntries(
  readdirSync(commandsDirectory)
    .filter((name) => name.endsWith('.ts'))
    .map((name) => [name.replace(/\.ts$/, ''), join(commandsDirectory, name)]),
);
entryPoints['demo'] = join(root, 'lib', 'simulator', 'demo.ts');

const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

compileValidators();
rmSync(join(root, 'dist'), { recursive: true, force: true });
mkdirSync(join(root, 'dist'));
await build({
  entryPoints,
  outdir: join(root, 'dist'),
  bundle: true,
  platform: 'node',
  target: 'node20.17',
  format: 'cjs',
  sourcemap: true,
  minifySyntax: true,
  external: ['sqlite3'],
  define: { PACKAGE_VERSION: JSON.stringify(version) },
  logLevel: 'warning',
  plugins: [slimWinston],
});
