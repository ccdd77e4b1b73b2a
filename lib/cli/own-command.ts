/** A command line that the user can copy: it runs one of our commands with the files of this run, from any directory. */
import { join } from 'node:path';
import { shellQuoted } from '../wording';
import { findFiles, installationDirectory, type FileFlags } from '../config/find';

/** @param flags those with which this command was started; files named by the environment are added */
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

/** Quoted for a shell, but only if it contains a special character. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : shellQuoted(word);
}
