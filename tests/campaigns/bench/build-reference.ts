/** Builds the reference program in the same way as the commands. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, SENSORS, type References } from './cases';
import { CRON_ENVIRONMENT } from './measure';

/** @param directory the one that homes.ts made */
export async function buildReference(directory: string): Promise<References> {
  const { bundleWithStart } = await import('../../../lib/packaging/bundle.mjs');
  const built = join(directory, 'reference');
  mkdirSync(built);
  symlinkSync(join(ROOT, 'node_modules'), join(built, 'node_modules'));
  await bundleWithStart([join(__dirname, 'reference.ts')], built);
  const references: References = (protocol, sensors) => {
    const own = join(built, `${protocol}-${sensors}`);
    mkdirSync(own, { recursive: true });
    return { words: [join(built, 'reference.js'), join(directory, `${protocol}-${sensors}`), own], exitCodes: [0] };
  };
  // As the build does with the commands: the second run saves the code that V8 has compiled.
  const recorder = ['--require', join(ROOT, 'lib', 'packaging', 'record-compiled-code.cjs')];
  const { words } = references('https', SENSORS[0] ?? NaN);
  for (const run of [words, [...recorder, ...words]]) {
    execFileSync(process.execPath, run, { cwd: '/', env: CRON_ENVIRONMENT });
  }
  return references;
}
