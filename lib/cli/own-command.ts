/** How our commands are typed, here and now: with the files of this run, from any directory, as the user who owns them. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { findFiles, installationDirectory, type FileFlags, type Files } from '../config/find';
import { loadConfig } from '../config/load';
import { INSTALL_CRON } from '../typed-command';
import { shellQuoted } from '../wording';

/** What decides it; tests give their own. */
export interface Surroundings {
  environment: NodeJS.ProcessEnv;
  installation?: string;
  /** effective user id */
  user?: number;
}

/**
 * @param flags those with which this command was started; files named by the environment are added
 * @returns for the name of a command, the words to type before its arguments
 */
export function ownCommands(flags: FileFlags, surroundings: Surroundings): (name: string) => string {
  const { environment, installation = installationDirectory(), user = process.geteuid?.() ?? 0 } = surroundings;
  const files = findFiles(flags, { environment, installation });
  const named = {
    config: flags.config ?? environment['HOME_MONITOR_CONFIG'],
    secrets: flags.secrets ?? environment['HOME_MONITOR_SECRETS'],
  };
  // systemd gives each run a copy that is gone afterwards; the original lies beside the configuration.
  const isCopy = isBelow(files.secrets, environment['CREDENTIALS_DIRECTORY']);
  let known: number | null | undefined;
  const dataOwner = () => {
    if (known !== undefined || user === 0) return known ?? null;
    known = null; // what is wrong with the configuration names a command, too
    return (known = ownerOfData(files));
  };
  return (name) => {
    const owner = user === 0 ? null : name.startsWith('auth-') ? ownerOf(files.secrets) : dataOwner();
    const isOther = owner !== null && owner !== user;
    const words = [...(isOther ? sudo(owner) : []), ...programWords(name, installation, isOther)];
    // Another user has another home, so that nothing may depend on it.
    if (named.config || isOther) words.push('--config', files.config);
    if ((named.secrets && !isCopy) || isOther) words.push('--secrets', isCopy ? besideOf(files) : files.secrets);
    return words.map(quoted).join(' ');
  };
}

const besideOf = ({ config }: Files): string => join(dirname(config), 'secrets.yaml');

/** `node`, and its script; or what `npm install` has made of both. */
function programWords(name: string, installation: string, bySudo: boolean): string[] {
  const linked = linkedProgram(name, installation);
  if (linked !== null) return [linked];
  if (name === INSTALL_CRON) return [join(installation, 'cron', 'install.sh')];
  // sudo does not look where a version manager has put node.
  const node = bySudo && !SYSTEM_DIRECTORIES.includes(dirname(process.execPath)) ? process.execPath : 'node';
  return [node, join(installation, 'bin', `${name}.js`)];
}

const SYSTEM_DIRECTORIES = ['/usr/local/bin', '/usr/bin', '/bin'];

/** `/usr/local/bin/htm-health`, as npm installs it globally or into a project; null in a clone. */
export function linkedProgram(name: string, installation: string): string | null {
  const modules = installation.lastIndexOf(`${sep}node_modules${sep}`);
  if (modules < 0) return null;
  const project = installation.slice(0, modules);
  const places = [join(dirname(project), 'bin'), join(project, 'node_modules', '.bin')];
  const found = places.map((place) => join(place, `htm-${name}`)).find((path) => existsSync(path));
  return found ?? null;
}

/** Whose folder the data lies in; null if it is root's, who may have made it for somebody else. */
function ownerOfData(files: Files): number | null {
  try {
    return ownerOf(loadConfig(files.config).storage.data_directory) || null;
  } catch {
    return null;
  }
}

/** Of the path, or of the nearest folder above it that is there. */
function ownerOf(path: string): number | null {
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    return found === undefined ? ownerOf(dirname(path)) : found.uid;
  } catch {
    return null; // a folder on the way cannot be entered
  }
}

function sudo(user: number): string[] {
  return user === 0 ? ['sudo'] : ['sudo', '-u', nameOf(user)];
}

/** The name of a user, or `#1000`, which sudo takes too. */
function nameOf(user: number): string {
  let users = '';
  try {
    users = readFileSync('/etc/passwd', 'utf8');
  } catch {
    // the number will do
  }
  return new RegExp(`^([^:\\n]+):[^:\\n]*:${user}:`, 'm').exec(users)?.[1] ?? `#${user}`;
}

function isBelow(path: string, directory: string | undefined): boolean {
  return directory !== undefined && directory !== '' && path.startsWith(join(directory, sep));
}

/** Quoted for a shell, but only if it contains a special character. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : shellQuoted(word);
}
