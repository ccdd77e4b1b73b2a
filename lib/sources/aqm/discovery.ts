/** Which air quality monitors an account has: the GraphQL answer read into monitors [docs/amazon.md: Discovery]. */
import { MonitorError } from '../../errors';
import { LONGEST_TEXT, ownText } from '../device-text';
import { asList, asRecord, asText } from './lenient-json';
import { meaningsOf, type InstanceMeanings } from './quantities';

export const DISCOVERY_QUERY =
  'query CustomerSmartHome { endpoints(endpointsQueryParams: { paginationParams: { disablePagination: true } }) ' +
  '{ items { legacyAppliance { applianceId applianceTypes friendlyName friendlyDescription manufacturerName ' +
  'connectedVia modelName entityId aliases capabilities customerDefinedDeviceType alexaDeviceIdentifierList ' +
  'driverIdentity } } } }';

/** How `phoenix/state` is asked for a device: an `entityId` goes with ENTITY, an `applianceId` with APPLIANCE. */
export interface StateEntity {
  entityId: string;
  entityType: 'ENTITY' | 'APPLIANCE';
}

export interface Monitor {
  /** printed under the device, key of `amazon_aqm.locations` */
  serial: string;
  /** as the user named it in the app */
  name: string;
  entity: StateEntity;
  meanings: InstanceMeanings;
}

export interface Discovery {
  monitors: Monitor[];
  /** how many smart home devices of any kind the account lists */
  devices: number;
  /** why monitors may be missing from the list; null if it is whole */
  incomplete: string | null;
}

/**
 * Reads `data.endpoints.items` of the answer. Devices of other kinds are counted only.
 * @param complaints what Amazon says is wrong with the list, in `errors` of the same answer
 * @param own makes a text from Amazon well-formed and short enough
 */
export function readDiscovery(items: unknown[], complaints: string[] = [], own = ownText): Discovery {
  const appliances = items.map((item) => asRecord(asRecord(item)['legacyAppliance']));
  const monitors = appliances.filter(isMonitor).map((appliance) => readMonitor(appliance, own));
  const usable = withoutRepeated(monitors.filter((monitor) => monitor !== null));
  // With one null in it, Amazon leaves out all it knows about a device, which may be a monitor.
  const blank = appliances.filter((appliance) => Object.keys(appliance).length === 0).length;
  const unreadable = blank + monitors.filter((monitor) => monitor === null).length;
  const blanks = unreadable === 0 ? [] : [`${unreadable} of ${items.length} devices cannot be read`];
  const reasons = [...blanks, ...complaints];
  return { monitors: usable, devices: items.length, incomplete: reasons.length === 0 ? null : reasons.join('; ') };
}

function isMonitor(appliance: Record<string, unknown>): boolean {
  return (
    asList(appliance['applianceTypes']).includes('AIR_QUALITY_MONITOR') &&
    appliance['friendlyDescription'] === 'Amazon Indoor Air Quality Monitor'
  );
}

/** Two entries for one entity would only be asked for the same thing. */
function withoutRepeated(monitors: Monitor[]): Monitor[] {
  return [...new Map(monitors.toReversed().map((monitor) => [monitor.entity.entityId, monitor])).values()].toReversed();
}

/** No id of Amazon's is so long: such a monitor is malformed, and the id is not sent back. */
export function hasUsableId({ entity }: Monitor): boolean {
  return entity.entityId.length <= LONGEST_TEXT;
}

/** An id that is too long stays so, but does not fill the memory. */
function idText(value: unknown): string | null {
  return asText(value)?.slice(0, LONGEST_TEXT + 1) ?? null;
}

/** null if the device has no id to ask it by. */
function readMonitor(appliance: Record<string, unknown>, own: typeof ownText): Monitor | null {
  const entityId = idText(appliance['entityId']);
  const applianceId = idText(appliance['applianceId']);
  const id = entityId ?? applianceId;
  if (id === null) return null;
  const firstText = (list: unknown, key: string) =>
    asList(list)
      .map((element) => asText(asRecord(element)[key]))
      .find((text) => text !== null);
  const name = firstText(appliance['aliases'], 'friendlyName') ?? asText(appliance['friendlyName']);
  return {
    serial: idText(firstText(appliance['alexaDeviceIdentifierList'], 'dmsDeviceSerialNumber')) ?? id,
    name: own(name ?? 'Air quality monitor'),
    entity: { entityId: id, entityType: entityId === null ? 'APPLIANCE' : 'ENTITY' },
    meanings: meaningsOf(appliance['capabilities']),
  };
}

/** This is the only sign of a wrong marketplace. */
export function noMonitor(marketplace: string, devices: number): MonitorError {
  const listed = devices === 0 ? 'no device at all' : `${devices} devices, but no Smart Air Quality Monitor`;
  return new MonitorError(`Amazon lists ${listed} for this account at ${marketplace}`, {
    type: 'no_monitor',
    permanent: true,
    remediation:
      "If the monitor is in the Alexa app, amazon_aqm.marketplace is not the account's own: " +
      'node bin/auth-amazon.js --check shows which it is.',
  });
}
