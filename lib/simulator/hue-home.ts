/** A home as a Hue Bridge sees it: rooms with motion sensors and lights, in the shapes of real captures. */
import { addOtherParts } from './hue-home-other-parts';
import { ROOMS, addMotionSensor, addOtherSensors } from './hue-home-sensors';
import type { ClipSensor, Home } from './hue-home-shape';
import { seededRandom } from './random';

export interface HomeOptions {
  /** default 8 */
  motionSensors?: number;
  /** default 8 */
  lights?: number;
  /** dimmer switches, default 2 */
  switches?: number;
  /** other apps that were paired, default 20 */
  apps?: number;
  /** the same seed gives the same home; default 1 */
  seed?: number;
}

export interface MotionSensor {
  presence: ClipSensor;
  lightLevel: ClipSensor;
  temperature: ClipSensor;
  /** the key of the temperature part in `/sensors` */
  temperatureId: string;
}

export function home(options: HomeOptions = {}): Home {
  const { motionSensors = 8, lights = 8, switches = 2, apps = 20, seed = 1 } = options;
  const random = seededRandom(seed);
  const made: Home = {
    resources: { lights: {}, groups: {}, schedules: {}, scenes: {}, rules: {}, sensors: {}, resourcelinks: {} },
    ages: {},
    otherKeys: Array.from({ length: apps }, () => random.hex(40)),
  };
  addOtherSensors(made, switches, random);
  for (let number = 1; number <= motionSensors; number++) addMotionSensor(made, number, random);
  addOtherParts(made, lights, random);
  return made;
}

/**
 * The three parts of the motion sensor with this name (`Hall`) or number (from 1).
 * @throws RangeError if there is none
 */
export function motionSensor({ resources }: Home, nameOrNumber: string | number): MotionSensor {
  const sensors = Object.entries(resources.sensors);
  const presences = sensors.filter(([, { type }]) => type === 'ZLLPresence');
  const found =
    typeof nameOrNumber === 'number'
      ? presences[nameOrNumber - 1]
      : presences.find(([, { name }]) => name === nameOrNumber);
  const prefix = found?.[1].uniqueid?.slice(0, 23);
  const part = (type: string) =>
    sensors.find((one) => one[1].type === type && one[1].uniqueid?.startsWith(prefix ?? '?'));
  const lightLevel = part('ZLLLightLevel');
  const temperature = part('ZLLTemperature');
  if (found === undefined || lightLevel === undefined || temperature === undefined) {
    throw new RangeError(`no motion sensor ${nameOrNumber}; the rooms are ${ROOMS.join(', ')}`);
  }
  return { presence: found[1], lightLevel: lightLevel[1], temperature: temperature[1], temperatureId: temperature[0] };
}
