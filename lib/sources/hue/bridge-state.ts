/** What is remembered of a bridge that moved: `bridge-state.json` in the data directory. Deleting it is always safe. */
import { join } from 'node:path';
import { asMonitorError, type ErrorType } from '../../errors';
import { describeFileError, errorCode } from '../../files/file-error';
import { NotOurFile, readOwnFile } from '../../files/own-file';
import type { StateFolder } from '../../files/state-folder';
import { silentLogger, type Logger } from '../../logging/logger';
import type { BridgeConfig } from './bridges';
import { isObject } from './clip';
import { normalBridgeId } from './found-bridge';
import { BRIDGE_FILE } from './state-files';

const VERSION = 1;

export interface BridgeState {
  /**
   * where the bridge was found, proved to be ours: `https://192.168.1.77`; null while it is where the configuration
   * says
   */
  address: string | null;
  /** when the discovery service was last asked, milliseconds since 1970; null if never */
  cloudAskedAt: number | null;
  /** the bridge asked us to wait (Retry-After): it is not asked between `at` and `until`, milliseconds since 1970 */
  wait: { at: number; until: number; errorType: ErrorType } | null;
  /** the bridge that has taken the home over, as it was found */
  successor: { bridgeId: string; address: string } | null;
  /** one of several bridges: whether it has listed temperature sensors before */
  hadSensors: boolean;
}

export interface BridgeMemory {
  /** what is remembered for this configuration; a file that cannot be used counts as none, with a warning */
  readonly state: BridgeState;
  /** @returns whether it is safe on disk; if not, there is a warning */
  remember(change: Partial<BridgeState>): boolean;
}

type Place = Pick<BridgeConfig, 'name' | 'bridge_url' | 'bridge_id'>;

/** The content of the file: one entry for the only bridge, or one for each below `bridges`. */
type Content = Record<string, unknown>;

/**
 * @param config an address found for another bridge_url or bridge_id is not used: the user has changed it
 */
export function openBridgeMemory(folder: StateFolder, config: Place, logger: Logger): BridgeMemory {
  const file = join(folder.path, BRIDGE_FILE);
  const content = read(file, logger);
  const state = stateFor(config, content);
  return {
    state,
    remember(change) {
      Object.assign(state, change);
      try {
        const entry = entryOf(config, state);
        const content = config.name === '' ? entry : withEntry(config.name, entry, read(file, silentLogger), state);
        const asked = state.cloudAskedAt === null ? null : isoTime(state.cloudAskedAt);
        const whole = { version: VERSION, ...content, cloud_asked_at: asked };
        folder.write(BRIDGE_FILE, `${JSON.stringify(whole, null, 2)}\n`);
        return true;
      } catch (thrown) {
        logger.warning('bridge_state_not_written', asMonitorError(thrown).message, { file });
        return false;
      }
    },
  };
}

/** Other bridges of the same cycle may have written since this one's memory was opened. */
function withEntry(name: string, entry: Content, current: Content, state: BridgeState): Content {
  state.cloudAskedAt ??= timeIn(current['cloud_asked_at']);
  return { bridges: { ...entriesIn(current), [name]: entry } };
}

function entriesIn({ bridges }: Content): Content {
  return isObject(bridges) ? bridges : {};
}

function entryOf({ bridge_url, bridge_id }: Place, { address, wait, successor, hadSensors }: BridgeState): Content {
  return {
    configured_url: bridge_url,
    bridge_id,
    address,
    ...(wait && { wait: { at: isoTime(wait.at), not_before: isoTime(wait.until), error_type: wait.errorType } }),
    ...(successor && { successor: { bridge_id: successor.bridgeId, address: successor.address } }),
    ...(hadSensors && { had_sensors: true }),
  };
}

function stateFor({ name, bridge_url, bridge_id }: Place, content: Content): BridgeState {
  const found = name === '' ? content : entriesIn(content)[name];
  const entry = isObject(found) ? found : {};
  const isSame = entry['configured_url'] === bridge_url && entry['bridge_id'] === bridge_id;
  return {
    address: isSame ? usableAddress(entry['address'], bridge_url) : null,
    cloudAskedAt: timeIn(content['cloud_asked_at']),
    wait: isSame ? usableWait(entry['wait']) : null,
    successor: isSame ? usableSuccessor(entry['successor']) : null,
    hadSensors: isSame && entry['had_sensors'] === true,
  };
}

const isoTime = (ms: number): string => new Date(ms).toISOString();

function timeIn(value: unknown): number | null {
  const ms = typeof value === 'string' ? Date.parse(value) : NaN;
  return Number.isNaN(ms) ? null : ms;
}

function usableWait(value: unknown): BridgeState['wait'] {
  if (!isObject(value)) return null;
  const [at, until] = [timeIn(value['at']), timeIn(value['not_before'])];
  if (at === null || until === null) return null;
  return { at, until, errorType: value['error_type'] === 'http' ? 'http' : 'rate_limited' };
}

function usableSuccessor(value: unknown): BridgeState['successor'] {
  if (!isObject(value)) return null;
  const bridgeId = normalBridgeId(value['bridge_id']);
  const { address } = value;
  const isAddress = typeof address === 'string' && URL.canParse(address) && new URL(address).origin === address;
  return bridgeId !== null && isAddress ? { bridgeId, address } : null;
}

function read(file: string, logger: Logger): Content {
  const ignored = (reason: string) => {
    logger.warning('bridge_state_ignored', `${file} ${reason}: it is not used, and may be deleted`, { file, reason });
    return {};
  };
  let text: string;
  try {
    text = readOwnFile(file);
  } catch (thrown) {
    if (thrown instanceof NotOurFile) return ignored(thrown.what);
    return errorCode(thrown) === 'ENOENT' ? {} : ignored(`cannot be read: ${describeFileError(thrown)}`);
  }
  let state: unknown;
  try {
    state = JSON.parse(text);
  } catch {
    return ignored('is not JSON, or was cut');
  }
  if (!isObject(state)) return ignored('holds something else than was expected');
  if (state['version'] !== VERSION)
    return ignored(`is of version ${String(state['version']).slice(0, 20)}, not ${VERSION}`);
  return state;
}

/** Scheme, host and port, with the scheme of the configuration or https, and nothing else; else null. */
function usableAddress(value: unknown, bridge_url: string): string | null {
  if (typeof value !== 'string' || !URL.canParse(value)) return null;
  const { origin, protocol } = new URL(value);
  return origin === value && ['https:', new URL(bridge_url).protocol].includes(protocol) ? value : null;
}
