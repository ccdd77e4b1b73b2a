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
  /** HOME_MONITOR_CONFIG, HOME_MONITOR_SECRETS, XDG_CONFIG_HOME */
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
  home = () => process.getBuiltinModule('node:os').homedir(), // loaded only here: it is rarely needed
}: Surroundings = {}): string {
  if (!isInsideNodeModules(installation)) return join(installation, 'config');
  const xdg = nonEmpty(environment['XDG_CONFIG_HOME']);
  // The XDG specification: a relative path is to be ignored.
  const userConfig = xdg !== undefined && isAbsolute(xdg) ? xdg : join(home(), '.config');
  return join(userConfig, 'home-temperature-monitor');
}

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
