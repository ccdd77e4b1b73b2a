/** Which air quality monitors an account has: the GraphQL answer read into monitors [docs/internals/amazon.md: Discovery]. */
import { MonitorError } from '../../errors';
import { LONGEST_TEXT, ownText } from '../device-text';
import { asList, asRecord, asText } from './lenient-json';
import { entityIdOf, textIn } from './endpoint';
import type { GraphqlList } from './graphql-answer';
import { meaningsOf, type InstanceMeanings } from './quantities';

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
  /** by which ways it was obtained */
  ways: ListWay[];
}

/** No home has so many: what lists more does not get the time of the cycle for asking about them. */
const MOST_MONITORS = 1000;

export type ListWay = 'endpoints' | 'listEndpoints';

/**
 * The answer of `endpoints`. Devices of other kinds are counted only.
 * @param own makes a text from Amazon well-formed and short enough
 */
export function readEndpoints({ elements, complaints }: GraphqlList, own = ownText): Discovery {
  const appliances = elements.map((item) => asRecord(asRecord(item)['legacyAppliance']));
  const monitors = appliances.filter(isMonitor).map((appliance) => readMonitor(appliance, own));
  // With one null in it, Amazon leaves out all it knows about a device, which may be a monitor.
  const blank = appliances.filter((appliance) => Object.keys(appliance).length === 0).length;
  return discoveryOf('endpoints', { elements, complaints, monitors, blank });
}

/** The answer of `listEndpoints`, which lists monitors only. */
export function readListEndpoints(
  { elements, field, complaints }: GraphqlList,
  known: readonly Monitor[],
  own = ownText,
): Discovery {
  const endpoints = elements.map(asRecord);
  const monitors = endpoints
    .filter((endpoint) => isOfAmazon(endpoint))
    .map((endpoint) => readMonitor(applianceOf(endpoint, known), own));
  const blank = endpoints.filter((endpoint) => Object.keys(endpoint).length === 0).length;
  const partial = field['completeResult'] === false ? ['Amazon says that it is not complete'] : [];
  return discoveryOf('listEndpoints', { elements, complaints: [...partial, ...complaints], monitors, blank });
}

function discoveryOf(
  way: ListWay,
  {
    elements,
    complaints,
    monitors,
    blank,
  }: { elements: unknown[]; complaints: string[]; monitors: (Monitor | null)[]; blank: number },
): Discovery {
  const all = withoutRepeated(monitors.filter((monitor) => monitor !== null));
  const usable = all.slice(0, MOST_MONITORS);
  const more = all.length > usable.length ? [`only the first ${MOST_MONITORS} of ${all.length} monitors are read`] : [];
  const unreadable = blank + monitors.filter((monitor) => monitor === null).length;
  const blanks = unreadable === 0 ? [] : [`${unreadable} of ${elements.length} devices cannot be read`];
  const reasons = [...more, ...blanks, ...complaints];
  const incomplete = reasons.length === 0 ? null : reasons.join('; ');
  return { monitors: usable, devices: elements.length, incomplete, ways: [way] };
}

/** What two ways showed; it is whole if one of them was, and showed a monitor. */
export function joined(first: Discovery, second: Discovery): Discovery {
  const isWhole = (one: Discovery) => one.incomplete === null && one.monitors.length > 0;
  const incomplete = isWhole(first) || isWhole(second) ? null : (first.incomplete ?? second.incomplete);
  return {
    monitors: withoutRepeated([...first.monitors, ...second.monitors]),
    devices: Math.max(first.devices, second.devices),
    incomplete,
    ways: [...first.ways, ...second.ways],
  };
}

/** The other makes have a block of their own, or name themselves. */
function isOfAmazon(endpoint: Record<string, unknown>): boolean {
  const appliance = asRecord(endpoint['legacyAppliance']);
  if (Object.keys(appliance).length > 0) return isMonitor(appliance);
  return textIn(endpoint['manufacturer']) === 'Amazon';
}

/** The block of an endpoint; if Amazon left it out, one made of what else is told, and of what is remembered. */
function applianceOf(endpoint: Record<string, unknown>, known: readonly Monitor[]): Record<string, unknown> {
  const appliance = asRecord(endpoint['legacyAppliance']);
  if (Object.keys(appliance).length > 0) return appliance;
  const entityId = entityIdOf(endpoint);
  const before = known.find(({ entity }) => entity.entityId === entityId);
  const serial = before?.serial ?? textIn(endpoint['serialNumber']);
  return {
    entityId,
    friendlyName: textIn(endpoint['friendlyNameObject']) ?? before?.name,
    alexaDeviceIdentifierList: serial === null ? [] : [{ dmsDeviceSerialNumber: serial }],
    meanings: before?.meanings,
  };
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
    meanings: (appliance['meanings'] as InstanceMeanings | undefined) ?? meaningsOf(appliance['capabilities']),
  };
}

/** @param tried the marketplaces that list none */
export function noMonitor(tried: readonly string[], devices: number): MonitorError {
  const listed = devices === 0 ? 'no device at all' : `${devices} devices, but no Smart Air Quality Monitor`;
  return new MonitorError(`Amazon lists ${listed} for this account at ${tried.join(' and ')}`, {
    type: 'no_monitor',
    permanent: true,
    remediation: {
      say:
        'See whether the monitor is in the Alexa app of this account, and whether amazon_aqm.marketplace is its own ' +
        'marketplace. What the login shows',
      command: 'node bin/auth-amazon.js --check',
    },
  });
}

/** A part of a list without any monitor says nothing about the account. */
export function noMonitorInPart(incomplete: string): MonitorError {
  return new MonitorError(`Amazon's device list is incomplete and shows no air quality monitor: ${incomplete}`, {
    type: 'invalid_response',
    remediation: 'Nothing to do if this goes away by itself; later cycles try again.',
  });
}
