/**
 * Bundles the commands as the build does, and prints their contents as JSON: `files` (path inside the project → its bytes
 * and the paths it imports), `texts` (path → its text in the bundle; absent if a package has its own source maps), and
 * `notice`, the text of NOTICE, and `bill`, the bill of materials.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { billOf } from '../../lib/packaging/bill-of-materials.mjs';
import { bundleWithStart } from '../../lib/packaging/bundle.mjs';
import { allOf, noticeOf, packagesInBundles } from '../../lib/packaging/shipped.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
process.chdir(root);
const commands = join('lib', 'cli', 'commands');
const directory = mkdtempSync(join(tmpdir(), 'bundle-contents-'));
try {
  const entries = readdirSync(commands).map((name) => join(commands, name));
  const { metafile } = await bundleWithStart(entries, directory, { metafile: true, sourcemap: 'external' });
  const files = {};
  for (const [path, { bytes, imports }] of Object.entries(metafile.inputs)) {
    files[path] = { bytes, imports: imports.map((one) => (one.external ? `external ${one.path}` : one.path)) };
  }
  const texts = {};
  for (const name of readdirSync(directory).filter((one) => one.endsWith('.map'))) {
    const { sources, sourcesContent } = JSON.parse(readFileSync(join(directory, name), 'utf8'));
    for (const [index, source] of sources.entries()) {
      texts[relative(root, join(directory, source))] = sourcesContent[index];
    }
  }
  const bundles = packagesInBundles(metafile);
  const [notice, bill] = [noticeOf(allOf(bundles).values()), billOf(bundles)];
  process.stdout.write(JSON.stringify({ files, texts, notice, bill }));
} finally {
  rmSync(directory, { recursive: true });
}
