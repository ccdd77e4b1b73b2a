/** The name of a device for people: its room, made unique. */
import { sourceOfDevice } from '../sources/all';

/** `00:0f` of a Hue sensor, as it is printed on the device. */
const SHORTEST_ID = 5;

/** A device in a location. */
interface Placed {
  device_id: string;
  device_type: string;
  location: string;
}

/** Two devices in one room are distinguished by their kind, or, if that is the same, by the end of their id. */
export function labelsOf<Device extends Placed>(readings: readonly Device[]): Map<Device, string> {
  return new Map(
    readings.map((reading) => {
      const { device_id, device_type, location } = reading;
      const sameRoom = readings.filter((other) => other.location === location);
      if (sameRoom.length === 1) return [reading, location];
      const sameKind = sameRoom.filter((other) => other.device_type === device_type);
      const ids = sameKind.map((other) => other.device_id);
      const mark = ids.length > 1 ? endOf(device_id, ids) : (sourceOfDevice(device_type)?.kind ?? device_type);
      return [reading, `${location} (${mark})`];
    }),
  );
}

/** The shortest end that no other id has, without what follows the address (`-02-0402`), which is the same for all. */
function endOf(id: string, ids: readonly string[]): string {
  const addresses = ids.map(addressOf);
  const own = addressOf(id);
  for (let length = SHORTEST_ID; length < own.length; length++) {
    const end = own.slice(-length);
    if (addresses.filter((address) => address.endsWith(end)).length === 1) return `…${end}`;
  }
  return id;
}

const addressOf = (id: string): string => id.replace(/-\d\d-\d{4}$/, '');
