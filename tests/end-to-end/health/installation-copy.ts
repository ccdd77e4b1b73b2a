/** A copy of the built program without its native module: as after an npm install that failed in the middle. */
import { cpSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_ROOT, startNode, type RunResult } from '../../support/run-command';
import { isRoot, NOBODY } from '../../support/as-user';

export interface InstallationCopy {
  run(command: string, args: readonly string[]): Promise<RunResult>;
  /** the file that `npm rebuild sqlite3` makes */
  installModules(): void;
}

export function installationCopy(parent: string): InstallationCopy {
  const directory = join(parent, 'installation');
  mkdirSync(directory);
  for (const part of ['bin', 'dist', 'config', 'package.json']) {
    cpSync(join(PROJECT_ROOT, part), join(directory, part), { recursive: true });
  }
  return {
    run: (command, args) =>
      startNode([join(directory, 'bin', `${command}.js`), ...args], isRoot ? { uid: NOBODY } : {}).result,
    installModules: () => symlinkSync(join(PROJECT_ROOT, 'node_modules'), join(directory, 'node_modules')),
  };
}
