/** Air quality monitors of a simulated account, in the shapes of the captured discovery and state answers. */
import { seededRandom, type Random } from './random';

export interface Quantity {
  /** the `instance` of its range controller */
  instance: string | number;
  /** null: discovery gives its meaning as text alone, or not at all */
  assetId: string | null;
  text?: string;
  unitOfMeasure: string;
  maximum: number;
  /** null: the state does not have it */
  value: number | null;
}

export type QuantityName = 'humidity' | 'voc' | 'pm25' | 'pm10' | 'co' | 'iaq';

/** Plain data: a test changes what it wants before or between requests. */
export interface Monitor {
  name: string;
  serial: string;
  /** a UUID */
  entityId: string;
  applianceId: string;
  /** degrees Celsius, for any scale; null: the state does not have it */
  temperature: number | null;
  scale: 'CELSIUS' | 'FAHRENHEIT' | 'KELVIN';
  /** further ones, unknown ones too, may be added under any name */
  quantities: Record<QuantityName, Quantity> & Record<string, Quantity>;
  /** `unreachable`: the state says so and has old values; `gone`: it has an error and no values */
  connectivity: 'ok' | 'unreachable' | 'gone';
  /** added to `capabilityStates` as they are, before the true ones: `'{broken'`, `42`, duplicates … */
  oddStates: unknown[];
  /** how discovery writes things: all forms exist */
  discovery: {
    /** `capabilities` and the other JSON scalars arrive as strings */
    scalarsAsStrings: boolean;
    /** `{"assetId": …}` directly in the friendly name, without `value` */
    directAssetIds: boolean;
    /** the user's own name, above `friendlyName` */
    alias: string | null;
    /** false: `alexaDeviceIdentifierList` is empty */
    tellsSerial: boolean;
    /**
     * `nulled`: one of its fields is null, so that GraphQL leaves out the whole block and reports an error; `null`: the
     * item itself; `left_out`: the list does not have it, and the state still answers; `household`: only a client that
     * asks for the devices of the household gets it
     */
    listed: 'whole' | 'nulled' | 'null' | 'left_out' | 'household';
  };
  /** seconds since its last sample */
  age: number;
}

const ROOMS = ['Living room', 'Bedroom', 'Kitchen', 'Study', 'Nursery'];

/** The same seed gives the same monitors. */
export function monitors(count: number, seed = 1): Monitor[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, (_, index) => monitorOf(index, random));
}

function monitorOf(index: number, random: Random): Monitor {
  const round = Math.floor(index / ROOMS.length);
  const room = ROOMS[index % ROOMS.length] ?? 'Room';
  const serial = `GAJ23000${random.hex(8).toUpperCase()}`;
  const range = (instance: string, assetId: string | null, unitOfMeasure: string, maximum: number, value: number) => ({
    instance,
    assetId: assetId === null ? null : `Alexa.AirQuality.${assetId}`,
    unitOfMeasure,
    maximum,
    value,
  });
  const pm25 = random.between(0, 15);
  const density = 'Alexa.Unit.Density.MicroGramsPerCubicMeter';
  return {
    name: round === 0 ? room : `${room} ${round + 1}`,
    serial,
    entityId: [8, 4, 4, 4, 12].map((digits) => random.hex(digits)).join('-'),
    applianceId: `AAA_SonarCloudService_00${serial}`,
    temperature: random.between(72, 96) / 4,
    scale: 'CELSIUS',
    quantities: {
      humidity: range('4', 'Humidity', 'Alexa.Unit.Percent', 100, random.between(35, 60)),
      voc: range('5', 'VolatileOrganicCompounds', '', 100, random.between(1, 40)),
      pm25: range('6', 'ParticulateMatter', density, 500, pm25),
      pm10: { ...range('7', null, '', 500, pm25 + random.between(0, 6)), text: 'Particulate matter PM10' },
      co: range('8', 'CarbonMonoxide', 'Alexa.Unit.PartsPerMillion', 1000, random.between(0, 2)),
      iaq: { ...range('9', 'IndoorAirQuality', '', 100, random.between(70, 99)), text: 'Indoor Air Quality' },
    },
    connectivity: 'ok',
    oddStates: [],
    discovery: { scalarsAsStrings: false, directAssetIds: false, alias: null, tellsSerial: true, listed: 'whole' },
    age: random.between(5, 60),
  };
}

/** What a monitor can measure, and which instance means what. */
export function capabilitiesOf({ quantities, discovery }: Monitor): unknown[] {
  const capability = (interfaceName: string, property: string, own: object = {}) => ({
    capabilityType: 'AVSInterfaceCapability',
    type: 'AlexaInterface',
    version: '3',
    properties: { supported: [{ name: property }], proactivelyReported: true, retrievable: true, readOnly: true },
    ...own,
    interfaceName,
  });
  const ranges = Object.values(quantities).map(({ instance, assetId, text, unitOfMeasure, maximum }) => {
    const asset = discovery.directAssetIds ? { assetId } : { value: { assetId }, '@type': 'asset' };
    return capability('Alexa.RangeController', 'rangeValue', {
      configuration: {
        supportedRange: { minimumValue: 0, maximumValue: maximum, precision: 1 },
        unitOfMeasure,
        presets: [],
      },
      resources: {
        friendlyNames: [
          ...(assetId === null ? [] : [asset]),
          ...(text === undefined ? [] : [{ value: { text, locale: 'en-US' }, '@type': 'text' }]),
        ],
      },
      instance,
    });
  });
  return [
    capability('Alexa.TemperatureSensor', 'temperature'),
    ...ranges,
    capability('Alexa.EndpointHealth', 'connectivity'),
    capability('Alexa.ToggleController', 'toggleState', { instance: '11' }),
  ];
}

/** `capabilityStates` of one monitor: JSON strings, and what the test put between them. */
export function capabilityStatesOf(monitor: Monitor, now: number): unknown[] {
  const timeOfSample = new Date(now - monitor.age * 1000).toISOString().replace(/\.\d+Z$/, 'Z');
  const state = (namespace: string, name: string, value: unknown, instance?: string | number) =>
    JSON.stringify({ namespace, name, value, instance, timeOfSample, uncertaintyInMilliseconds: 0 });
  const { temperature, scale, quantities, connectivity } = monitor;
  return [
    ...monitor.oddStates,
    ...Object.values(quantities)
      .filter(({ value }) => value !== null)
      .map(({ value, instance }) => state('Alexa.RangeController', 'rangeValue', value, instance)),
    ...(temperature === null
      ? []
      : [state('Alexa.TemperatureSensor', 'temperature', { value: inScale(temperature, scale), scale })]),
    state('Alexa.ToggleController', 'toggleState', 'ON', '11'),
    state('Alexa.EndpointHealth', 'connectivity', { value: connectivity === 'ok' ? 'OK' : 'UNREACHABLE' }),
  ];
}

export function inScale(celsius: number, scale: Monitor['scale']): number {
  if (scale === 'CELSIUS') return celsius;
  const exact = scale === 'FAHRENHEIT' ? celsius * 1.8 + 32 : celsius + 273.15;
  return Math.round(exact * 1e6) / 1e6;
}
