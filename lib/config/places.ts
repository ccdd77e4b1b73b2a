/** Where data and logs are kept. */
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { defaultDirectory, installationDirectory, userDirectory, type Surroundings } from './find';
import { isInsideNodeModules } from './paths';

export interface Places {
  /** absolute */
  data: string;
  logs: string;
}

/** The defaults of storage.data_directory and logging.directory. */
const DEFAULTS: Places = { data: 'data', logs: 'logs' };

/**
 * Relative paths begin at the base directory. After an installation by npm, the user's configuration lies in a folder that
 * is for configuration only; so the two defaults are then the user's own folders for data and for state, by the XDG
 * specification. Where a database is, it stays: earlier versions kept it beside the configuration.
 * @param file of the configuration, absolute
 * @param written what the configuration names, or the defaults
 */
export function placesOf(file: string, base: string, written: Places, surroundings: Surroundings = {}): Places {
  const beside = { data: resolve(base, written.data), logs: resolve(base, written.logs) };
  const { installation = installationDirectory() } = surroundings;
  const isOwnFolder = isInsideNodeModules(installation) && dirname(file) === defaultDirectory(surroundings);
  if (!isOwnFolder || isDatabaseIn(beside.data)) return beside;
  return {
    data: written.data === DEFAULTS.data ? userDirectory('XDG_DATA_HOME', '.local/share', surroundings) : beside.data,
    logs: written.logs === DEFAULTS.logs ? userDirectory('XDG_STATE_HOME', '.local/state', surroundings) : beside.logs,
  };
}

/** Whether the data is still where earlier versions kept it: health says so. */
export function isAtFormerPlace(file: string, dataDirectory: string, surroundings: Surroundings = {}): boolean {
  const { installation = installationDirectory() } = surroundings;
  return isInsideNodeModules(installation) && dataDirectory === join(dirname(file), DEFAULTS.data);
}

function isDatabaseIn(directory: string): boolean {
  return existsSync(join(directory, 'readings.db'));
}
