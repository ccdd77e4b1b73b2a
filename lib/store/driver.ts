/**
 * Finds a driver. Of the package sqlite3 only the native part is loaded, without its JavaScript: that costs 0.5 ms of a
 * cycle instead of 3 to 5.
 */
import { installationDirectory } from '../config/find';
import { isInsideNodeModules } from '../config/paths';
import { MonitorError } from '../errors';
import { shellQuoted } from '../wording';
import type { Driver } from './driver-interface';
import { nodeSqliteDriver } from './node-sqlite';

/** Up to 3.51.2, two processes that write and checkpoint at the same moment can corrupt the database. */
const FIRST_WITHOUT_WAL_RESET_BUG = 3_051_003;

let loaded: Driver | undefined;

/**
 * The package sqlite3; if it cannot be loaded, what Node.js has in itself.
 * @throws MonitorError `configuration` if there is neither, or it is too old
 */
export function loadDriver(): Driver {
  loaded ??= checked(addon() ?? nodeSqliteDriver() ?? noDriver());
  return loaded;
}

/** For tests, which hold the other driver to the same promises. */
export function useDriver(driver: Driver | null): void {
  loaded = driver ?? undefined;
}

function addon(): Driver | null {
  try {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- a native file, loaded when it is first needed
    const driver = require(require.resolve('sqlite3/build/Release/node_sqlite3.node')) as Driver;
    // The native part reports events through `emit`, which the package's JavaScript would have added; nobody listens.
    for (const { prototype } of [driver.Database, driver.Statement]) {
      if (!('emit' in prototype)) Object.assign(prototype, { emit: () => false });
    }
    return named(driver);
  } catch {
    // Built elsewhere (Debug, another package manager's layout): let the package find it.
  }
  try {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded only if the shorter way failed
    return named(require('sqlite3') as Driver);
  } catch {
    return null;
  }
}

function named(driver: Driver): Driver {
  return Object.assign(driver, { NAME: 'sqlite3', CAN_INTERRUPT: true });
}

function noDriver(): never {
  const isMissing = !isInstalled();
  const installation = installationDirectory();
  const install = isInsideNodeModules(installation) ? 'npm install --omit=dev' : 'npm ci';
  throw new MonitorError(
    `The SQLite driver of this installation ${isMissing ? 'is not installed' : 'cannot be loaded'}.`,
    {
      type: 'configuration',
      permanent: true,
      remediation: {
        say:
          (isMissing ? 'Install the packages' : 'Build it for this version of Node.js') +
          ' (needs g++, make and python3 if no ready-made one can be fetched), or use Node.js 24 or newer, which has one',
        command: `cd ${shellQuoted(installation)} && ${isMissing ? install : 'npm rebuild sqlite3'}`,
      },
    },
  );
}

/** Whether the package is there: then only its native part is missing, or of another Node.js. */
function isInstalled(): boolean {
  try {
    return require.resolve('sqlite3/package.json') !== '';
  } catch {
    return false;
  }
}

/** @throws MonitorError if the SQLite inside has the WAL-reset bug */
export function checked<T extends Pick<Driver, 'VERSION' | 'VERSION_NUMBER'>>(driver: T): T {
  if (driver.VERSION_NUMBER >= FIRST_WITHOUT_WAL_RESET_BUG) return driver;
  throw new MonitorError(`SQLite ${driver.VERSION} can corrupt a database that two programs write (WAL-reset bug).`, {
    type: 'configuration',
    permanent: true,
    remediation: {
      say: 'Install a driver with SQLite 3.51.3 or newer',
      command: `cd ${shellQuoted(installationDirectory())} && npm install sqlite3@latest`,
    },
  });
}
