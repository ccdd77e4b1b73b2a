/** The line that a user can copy to run one of our commands on the very files this one runs on, from anywhere. */
import { join } from 'node:path';
import { findFiles, installationDirectory, type FileFlags } from '../config/find';

/** @param flags the ones this command was started with; the environment's files are named as well */
export function ownCommand(name: string, flags: FileFlags, environment: NodeJS.ProcessEnv = process.env): string {
  const files = findFiles(flags, { environment });
  const named = {
    config: flags.config ?? environment['HOME_MONITOR_CONFIG'],
    secrets: flags.secrets ?? environment['HOME_MONITOR_SECRETS'],
  };
  const words = ['node', join(installationDirectory(), 'bin', `${name}.js`)];
  if (named.config) words.push('--config', files.config);
  if (named.secrets) words.push('--secrets', files.secrets);
  return words.map(quoted).join(' ');
}

/** As a shell takes it: bare where nothing in it is special. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
