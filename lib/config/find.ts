/** Which files a command reads: the flag's, else the environment's, else those of the installation. */
import { existsSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { isInsideNodeModules } from './paths';

export interface FileFlags {
  /** --config FILE, relative to the working directory */
  config?: string | undefined;
  /** --secrets FILE, relative to the working directory */
  secrets?: string | undefined;
}

export interface Surroundings {
  /** HOME_MONITOR_CONFIG, HOME_MONITOR_SECRETS, XDG_CONFIG_HOME, XDG_DATA_HOME, XDG_STATE_HOME */
  environment?: NodeJS.ProcessEnv;
  /** the folder this program is installed in */
  installation?: string;
  home?: () => string;
}

/** Both absolute; neither need exist. */
export interface Files {
  config: string;
  secrets: string;
}

/**
 * The secrets lie next to a configuration file that was named, if they are there; else in the default place, which
 * is config/ of the installation, or the user's own configuration folder if npm manages the installation.
 */
export function findFiles(flags: FileFlags, surroundings: Surroundings = {}): Files {
  const { environment = process.env } = surroundings;
  const named = flags.config ?? nonEmpty(environment['HOME_MONITOR_CONFIG']);
  const namedSecrets = flags.secrets ?? nonEmpty(environment['HOME_MONITOR_SECRETS']);
  const defaults = defaultDirectory(surroundings);
  const config = named === undefined ? join(defaults, 'config.yaml') : resolve(named);
  if (namedSecrets !== undefined) return { config, secrets: resolve(namedSecrets) };
  const nextToIt = join(dirname(config), 'secrets.yaml');
  const standard = join(defaults, 'secrets.yaml');
  return { config, secrets: !existsSync(nextToIt) && existsSync(standard) ? standard : nextToIt };
}

/** Where config.yaml and secrets.yaml lie unless something else is said. */
export function defaultDirectory({
  environment = process.env,
  installation = installationDirectory(),
  home = homeDirectory,
}: Surroundings = {}): string {
  if (!isInsideNodeModules(installation)) return join(installation, 'config');
  return userDirectory('XDG_CONFIG_HOME', '.config', { environment, home });
}

/**
 * Our folder among the user's own ones, by the XDG specification.
 * @param otherwise below the home directory
 */
export function userDirectory(
  variable: string,
  otherwise: string,
  { environment = process.env, home = homeDirectory }: Pick<Surroundings, 'environment' | 'home'>,
): string {
  const named = nonEmpty(environment[variable]);
  // The specification: a relative path is to be ignored.
  const parent = named !== undefined && isAbsolute(named) ? named : join(home(), otherwise);
  return join(parent, 'home-temperature-monitor');
}

/** Loaded only here: it is rarely needed. */
const homeDirectory = (): string => process.getBuiltinModule('node:os').homedir();

/** The nearest folder above this code that has a package.json; dist/ and lib/ lie at different depths. */
export function installationDirectory(): string {
  let directory = __dirname;
  while (!existsSync(join(directory, 'package.json')) && dirname(directory) !== directory)
    directory = dirname(directory);
  return directory;
}

/** An empty environment variable is as good as none. */
function nonEmpty(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}

/** Where is written down what is to be done (edit-together.ts). */
export function noteOf({ config }: Pick<Files, 'config'>): string {
  return join(dirname(config), `.${basename(config)}.unfinished`);
}
