/** The sensors of a simulated home: what real `/sensors` bodies hold, type by type. */
import type { ClipSensor, Home } from './hue-home-shape';
import type { Random } from './random';

export const ROOMS = [
  'Hall',
  'Living room',
  'Kitchen',
  'Bedroom',
  'Bathroom',
  'Study',
  'Nursery',
  'Cellar',
  'Attic',
  'Garage',
];

/** The room of the given number, from 1: `Hall`, …, `Hall 2`, … */
export function roomName(number: number): string {
  const round = Math.floor((number - 1) / ROOMS.length);
  const name = ROOMS[(number - 1) % ROOMS.length] ?? 'Room';
  return round === 0 ? name : `${name} ${round + 1}`;
}

/** Adds one motion sensor: presence, light and temperature parts that share 23 characters of `uniqueid`. */
export function addMotionSensor(home: Home, number: number, random: Random): void {
  const mac = `00:17:88:01:${pairs(random.hex(8))}-02`;
  const battery = random.between(35, 100);
  const part = (name: string, type: string, productname: string, cluster: string, own: Partial<ClipSensor>) => {
    const primary = type === 'ZLLPresence';
    addSensor(home, random.between(0, 263), {
      state: { ...own.state, lastupdated: 'none' },
      swupdate: { state: 'noupdates', lastinstall: '2025-06-18T13:54:49' },
      config: {
        on: true,
        battery,
        reachable: true,
        alert: 'none',
        ...own.config,
        ledindication: false,
        usertest: false,
        pending: [],
      },
      name,
      type,
      modelid: 'SML001',
      manufacturername: 'Signify Netherlands B.V.',
      productname,
      swversion: '6.1.1.27575',
      uniqueid: `${mac}-${cluster}`,
      capabilities: { certified: true, primary },
    });
  };
  part(roomName(number), 'ZLLPresence', 'Hue motion sensor', '0406', {
    state: { presence: random.next() < 0.3 },
    config: { sensitivity: 2, sensitivitymax: 2 },
  });
  part(`Hue ambient light sensor ${number}`, 'ZLLLightLevel', 'Hue ambient light sensor', '0400', {
    state: { lightlevel: random.between(0, 21_000), dark: false, daylight: false },
    config: { tholddark: 16000, tholdoffset: 7000 },
  });
  part(`Hue temperature sensor ${number}`, 'ZLLTemperature', 'Hue temperature sensor', '0402', {
    state: { temperature: random.between(1650, 2450) },
  });
}

/** Adds the other sensors of every real home: daylight, switches, apps' pseudo-sensors. */
export function addOtherSensors(home: Home, switches: number, random: Random): void {
  addSensor(home, 3600, {
    state: { daylight: true, lastupdated: 'none' },
    config: { on: true, configured: true, sunriseoffset: 30, sunsetoffset: -30 },
    name: 'Daylight',
    type: 'Daylight',
    modelid: 'PHDL00',
    manufacturername: 'Signify Netherlands B.V.',
    swversion: '1.0',
  });
  addSensor(home, undefined, {
    state: { presence: null, lastupdated: 'none' },
    config: { on: false, reachable: true },
    name: 'Phone',
    type: 'Geofence',
    modelid: 'HA_GEOFENCE',
    manufacturername: 'Philips',
    swversion: 'A_1',
    uniqueid: `L_02_${random.hex(5)}`,
    recycle: true,
  });
  for (let number = 1; number <= switches; number++) {
    addSensor(home, random.between(60, 90_000), {
      state: { buttonevent: random.pick([1002, 2002, 3002, 4002]), lastupdated: 'none' },
      swupdate: { state: 'noupdates', lastinstall: null },
      config: { on: true, battery: random.between(20, 100), reachable: true, pending: [] },
      name: `${roomName(number)} switch`,
      type: 'ZLLSwitch',
      modelid: 'RWL021',
      manufacturername: 'Signify Netherlands B.V.',
      productname: 'Hue dimmer switch',
      swversion: '6.1.1.28573',
      uniqueid: `00:17:88:01:${pairs(random.hex(8))}-02-fc00`,
      capabilities: { certified: true, primary: true },
    });
    // Apps give all their pseudo-sensors one uniqueid.
    addSensor(home, random.between(60, 90_000), {
      state: { status: 0, lastupdated: 'none' },
      config: { on: true, reachable: true },
      name: `Dimmer Switch ${number} SceneCycle`,
      type: 'CLIPGenericStatus',
      modelid: 'PHWA01',
      manufacturername: 'Philips',
      swversion: '1.0',
      uniqueid: 'WA0001',
      recycle: true,
    });
  }
}

/** @param age in seconds; undefined: it has never reported a value */
function addSensor({ resources, ages }: Home, age: number | undefined, sensor: ClipSensor): void {
  const id = String(Object.keys(resources.sensors).length + 1);
  resources.sensors[id] = sensor;
  if (age !== undefined) ages[id] = age;
}

const pairs = (hex: string) => (hex.match(/../g) ?? []).join(':');
