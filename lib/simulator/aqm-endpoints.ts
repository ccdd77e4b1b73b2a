/** The devices of a simulated account as its GraphQL shows them: all fields that the schema knows. */
import { capabilitiesOf, inScale, type Monitor } from './aqm-monitors';

export interface ListedMonitors {
  monitors: readonly Monitor[];
  /** false: the account owns nothing here */
  isAtHome: boolean;
  /** milliseconds since 1970 */
  now: number;
  /** of listEndpoints */
  completeResult: boolean;
}

interface Parameters {
  includeHouseholdDevices?: boolean;
  displayCategory?: string;
  endpointIds?: string[];
}

/** The two questions of the schema. */
export function endpointsOf({ monitors, isAtHome, now, completeResult }: ListedMonitors): object {
  const shown = (household: boolean) =>
    monitors.filter(({ discovery: { listed } }) => listed !== 'left_out' && (household || listed !== 'household'));
  return {
    endpoints({ endpointsQueryParams: wanted }: { endpointsQueryParams?: Parameters }) {
      const own = shown(wanted?.includeHouseholdDevices === true);
      return { items: isAtHome ? [...OTHER_ENDPOINTS, ...own.map((monitor) => endpointOf(monitor, now))] : [] };
    },
    listEndpoints({ listEndpointsInput: wanted }: { listEndpointsInput: Parameters }) {
      const own = shown(wanted.includeHouseholdDevices === true)
        .filter(({ entityId }) => wanted.endpointIds?.includes(`${ID_PREFIX}${entityId}`) ?? true)
        .map((monitor) => endpointOf(monitor, now));
      const others = wanted.endpointIds === undefined ? OTHER_ENDPOINTS : [];
      const isWanted = (endpoint: Endpoint | Error | null) =>
        endpoint === null ||
        endpoint instanceof Error ||
        wanted.displayCategory === undefined ||
        endpoint.displayCategories.primary.value === wanted.displayCategory;
      return { completeResult, endpoints: isAtHome ? [...others, ...own].filter(isWanted) : [] };
    },
  };
}

const ID_PREFIX = 'amzn1.alexa.endpoint.';

type Endpoint = ReturnType<typeof endpoint>;

/** The fields of `legacyAppliance` that the product asks for. */
export function applianceOf(monitor: Monitor) {
  const { discovery } = monitor;
  const scalar = (value: unknown) => (discovery.scalarsAsStrings ? JSON.stringify(value) : value);
  return {
    applianceId: monitor.applianceId,
    applianceTypes: ['AIR_QUALITY_MONITOR'],
    // A null in a field that must not be null empties the block around it.
    friendlyName: discovery.listed === 'nulled' ? null : monitor.name,
    friendlyDescription: 'Amazon Indoor Air Quality Monitor',
    manufacturerName: 'Amazon',
    connectedVia: '',
    modelName: '',
    entityId: monitor.entityId,
    aliases: scalar(discovery.alias === null ? [] : [{ friendlyName: discovery.alias }]),
    capabilities: scalar(capabilitiesOf(monitor)),
    customerDefinedDeviceType: '',
    alexaDeviceIdentifierList: scalar(
      discovery.tellsSerial ? [{ dmsDeviceSerialNumber: monitor.serial, dmsDeviceTypeId: 'AEZME1X38KDRA' }] : [],
    ),
    driverIdentity: scalar({ namespace: 'AAA', identifier: 'SonarCloudService' }),
  };
}

/** An error in the place of an element is told next to the data, and the element is null. */
function endpointOf(monitor: Monitor, now: number): Endpoint | Error {
  const { discovery } = monitor;
  if (discovery.listed === 'null') return new Error('The element could not be obtained');
  return {
    ...endpoint(applianceOf(monitor), 'AIR_QUALITY_MONITOR'),
    friendlyNameObject: { value: { text: discovery.alias ?? monitor.name } },
    serialNumber: { value: { text: discovery.tellsSerial ? monitor.serial : null } },
    features: featuresOf(monitor, now),
  };
}

function endpoint(
  appliance: { entityId: string; manufacturerName: string; friendlyName: string | null },
  category: string,
) {
  const text = (value: string | null) => ({ value: { text: value } });
  return {
    id: `${ID_PREFIX}${appliance.entityId}`,
    endpointId: `${ID_PREFIX}${appliance.entityId}`,
    friendlyName: appliance.friendlyName,
    friendlyNameObject: text(appliance.friendlyName),
    displayCategories: { primary: { value: category }, all: [{ value: category }] },
    serialNumber: text(null),
    enablement: 'ENABLED',
    model: text(null),
    manufacturer: text(appliance.manufacturerName),
    features: [] as object[],
    legacyAppliance: { connectedVia: '', modelName: '', isEnabled: true, customerDefinedDeviceType: '', ...appliance },
  };
}

/** What listEndpoints shows of the state; there is no meaning of an instance in it. */
function featuresOf({ temperature, scale, quantities, connectivity, age }: Monitor, now: number): object[] {
  const timeOfSample = new Date(now - age * 1000).toISOString();
  const property = (type: string, name: string, value: object) => ({
    ...{ __typename: type, name, type: 'RETRIEVABLE', accuracy: 'ACCURATE', error: null },
    ...{ timeOfSample, timeOfLastChange: timeOfSample },
    ...value,
  });
  const unreachable = { type: 'ERROR', error: { type: 'ENDPOINT_UNREACHABLE', message: 'unreachable' } };
  const missing = { type: 'ERROR', error: { type: 'NOT_FOUND', message: 'not found' } };
  const spoilt = connectivity === 'gone' ? unreachable : {};
  const degrees = temperature === null ? missing : { value: { value: inScale(temperature, scale), scale }, ...spoilt };
  const status = connectivity === 'ok' ? 'OK' : 'UNREACHABLE';
  return [
    { name: 'temperatureSensor', properties: [property('TemperatureSensor', 'temperature', degrees)] },
    ...Object.values(quantities).map(({ instance, value }) => ({
      name: 'range',
      instance: String(instance),
      properties: [
        property('RangeValue', 'rangeValue', value === null ? missing : { rangeValue: { value }, ...spoilt }),
      ],
    })),
    {
      name: 'connectivity',
      properties: [property('Reachability', 'reachability', { reachabilityStatusValue: status, ...spoilt })],
    },
  ];
}

/** What else an account lists: a monitor of another make, an Echo, a lamp. A client must ignore them. */
const OTHER_ENDPOINTS: Endpoint[] = [
  ['AIR_QUALITY_MONITOR', 'Radon and air quality monitor', 'Airmaker'],
  ['ALEXA_VOICE_ENABLED', 'Amazon smart device', 'Amazon'],
  ['LIGHT', 'Hue color lamp', 'Signify'],
].map(([type = '', friendlyDescription = '', manufacturerName = ''], index) => {
  const appliance = {
    applianceId: `AAA_Other_${index}`,
    applianceTypes: [type],
    friendlyName: `Other ${index}`,
    friendlyDescription,
    manufacturerName,
    entityId: `99999999-9999-4999-8999-99999999999${index}`,
    aliases: [],
    capabilities: [],
    alexaDeviceIdentifierList: null,
    driverIdentity: { namespace: 'AAA', identifier: 'Other' },
  };
  return endpoint(appliance, type);
});
