/** What is known of alerts about the home, in `home-alerts.json` of the data directory. Deleting it is always safe. */
import { join } from 'node:path';
import { readOwnFile } from '../files/own-file';
import { removeIfThere } from '../files/remove-if-there';
import { writeWhole } from '../files/write-whole';

export const HOME_ALERTS_FILE = 'home-alerts.json';

/** What is sent; times are UTC ISO 8601. */
export interface HomeEvent {
  event: 'raised' | 'cleared' | 'reminder';
  name: string;
  /** as `--quantity` calls it; null: the sensor is silent, and the value counts hours */
  quantity: string | null;
  location: string;
  device_id: string;
  value: number;
  threshold: number;
  /** since when it is so */
  since: string;
}

/** A rule that is true of a device now; not told before it was true for long enough. */
export interface Watch extends Omit<HomeEvent, 'event'> {
  /** null: not for long enough yet */
  raised_at: string | null;
  reminded_at: string | null;
}

/** An event, and by which ways it has not been sent yet. */
export interface Outgoing {
  event: HomeEvent;
  ways: string[];
}

export interface HomeAlerts {
  version: 1;
  watches: Watch[];
  outbox: Outgoing[];
  /** the devices and locations that rules name and the database does not know, as they were warned of */
  unknown: string[];
}

const none = (): HomeAlerts => ({ version: 1, watches: [], outbox: [], unknown: [] });

/** A damaged file counts as none: at worst something is told twice. */
export function loadHomeAlerts(dataDirectory: string): HomeAlerts {
  try {
    const content = JSON.parse(readOwnFile(join(dataDirectory, HOME_ALERTS_FILE))) as Partial<HomeAlerts>;
    const { watches, outbox, unknown } = content;
    if (content.version !== 1 || ![watches, outbox, unknown].every(Array.isArray)) return none();
    return content as HomeAlerts;
  } catch {
    return none();
  }
}

/** @throws MonitorError `file_system` */
export function saveHomeAlerts(dataDirectory: string, state: HomeAlerts): void {
  const path = join(dataDirectory, HOME_ALERTS_FILE);
  if (state.watches.length + state.outbox.length + state.unknown.length === 0) removeIfThere(path);
  else writeWhole(path, `${JSON.stringify(state, null, 1)}\n`, { mode: 0o600 });
}

/** Those that were told and are not over. */
export function activeAlerts(dataDirectory: string): Watch[] {
  return loadHomeAlerts(dataDirectory).watches.filter(({ raised_at }) => raised_at !== null);
}
