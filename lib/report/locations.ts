/** Devices of the same location are one room. */
import type { DeviceOverview, LatestValue } from './overview';

export interface Room {
  location: string;
  devices: DeviceOverview[];
}

/** In the order of the devices. */
export function roomsOf(devices: readonly DeviceOverview[]): Room[] {
  const rooms = new Map<string, DeviceOverview[]>();
  for (const device of devices) rooms.set(device.location, [...(rooms.get(device.location) ?? []), device]);
  return [...rooms].map(([location, own]) => ({ location, devices: own }));
}

/** The value of a room: of its devices that measure it the one that measured last, one that is not stale first. */
export function valueOfRoom({ devices }: Room, column: string): LatestValue | undefined {
  return devices
    .flatMap(({ values }) => values.filter(({ quantity }) => quantity.column === column))
    .sort((a, b) => Number(a.stale) - Number(b.stale) || b.measuredMs - a.measuredMs)[0];
}

export type AirLevel = 'good' | 'moderate' | 'poor';

/** The worst of what is known of the air now; null if nothing is. */
export function airOf(room: Room): AirLevel | null {
  const levels = room.devices.flatMap(({ values }) => values.flatMap((value) => levelOf(value) ?? []));
  return (['poor', 'moderate', 'good'] as const).find((level) => levels.includes(level)) ?? null;
}

function levelOf({ quantity: { levels, better }, value, stale }: LatestValue): AirLevel | null {
  if (levels === undefined || stale) return null;
  const reaches = (limit: number) => (better === 'higher' ? value <= limit : value >= limit);
  if (reaches(levels.poor)) return 'poor';
  return reaches(levels.moderate) ? 'moderate' : 'good';
}

/** What distinguishes a device from others in its location; '' if it is alone there. */
export const markOf = ({ label, location }: Pick<DeviceOverview, 'label' | 'location'>): string =>
  label.slice(location.length).replace(/^ \(|\)$/g, '');
