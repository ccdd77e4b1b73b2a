/** `report summary`: the week in at most ten lines, for a mail. */
import { staleAfter } from '../clock';
import type { Config } from '../config/config';
import type { Reader } from '../store/reader';
import { plural, printable } from '../wording';
import { roomsOf, valueOfRoom, type Room } from './locations';
import { DAY_MS, momentOf } from './moment';
import { overviewOf, type LatestValue } from './overview';
import { withUnit } from './quantities';
import type { Request } from './request';
import { allTrouble } from './trouble';

/** More rooms than this are told by their extremes. */
const MOST_ROOMS = 5;
const MOST_PROBLEMS = 3;

/** @returns lines without line ends */
export async function summaryOf(reader: Reader, config: Config, request: Request): Promise<string[]> {
  const [database] = reader;
  const fromMs = request.fromMs ?? request.toMs - 7 * DAY_MS;
  const staleAfterMs = staleAfter(config.collection.interval_minutes);
  const overview = await overviewOf(reader, { ...request, fromMs }, { stretches: 84, staleAfterMs });
  const rooms = roomsOf(overview.devices);
  const trouble = await allTrouble(database, config, request, fromMs);
  const told = trouble.slice(0, MOST_PROBLEMS).map(({ message }) => `! ${printable(message)}`);
  const further = trouble.length - told.length;
  return [
    `Home climate, ${momentOf(fromMs)} to ${momentOf(request.toMs)}`,
    ...(rooms.length === 0
      ? ['No readings in this time.']
      : rooms.length <= MOST_ROOMS
        ? rooms.map(lineOf)
        : extremesOf(rooms)),
    ...(trouble.length === 0 ? ['No problems.'] : told),
    ...(further > 0 ? [`and ${plural(further, 'more problem')}`] : []),
  ];
}

/** `Bathroom: 21.3 °C (19.8 to 23.2 °C), humidity 55 % (41 to 71 %)` */
function lineOf(room: Room): string {
  const parts = ['temperature_celsius', 'humidity_percent', 'pm25_ugm3'].flatMap((column) => {
    const value = valueOfRoom(room, column);
    const mean = value === undefined ? NaN : meanOf(value);
    if (value === undefined || Number.isNaN(mean) || value.lowest === null || value.highest === null) return [];
    const { quantity, lowest, highest } = value;
    const short = quantity.short === '' ? '' : `${quantity.short} `;
    return [`${short}${withUnit(quantity, mean)} (${withUnit(quantity, lowest)} to ${withUnit(quantity, highest)})`];
  });
  return `${printable(room.location)}: ${parts.length === 0 ? 'nothing measured' : parts.join(', ')}`;
}

function meanOf({ course }: LatestValue): number {
  const known = course.filter((value) => !Number.isNaN(value));
  return known.reduce((sum, value) => sum + value, 0) / known.length;
}

function extremesOf(rooms: readonly Room[]): string[] {
  return [
    ['Warmest', 'temperature_celsius', 1],
    ['Coldest', 'temperature_celsius', -1],
    ['Most humid', 'humidity_percent', 1],
    ['Driest', 'humidity_percent', -1],
    ['Most particles', 'pm25_ugm3', 1],
  ].flatMap(([title, column, sign]) => {
    const found = rooms
      .map((room) => ({ room, value: valueOfRoom(room, String(column)) }))
      .filter(({ value }) => value !== undefined && !Number.isNaN(meanOf(value)));
    const order = (value: LatestValue | undefined) => (value === undefined ? 0 : meanOf(value) * Number(sign));
    const [first] = found.sort((a, b) => order(b.value) - order(a.value));
    return first === undefined ? [] : [`${title}: ${lineOf(first.room)}`];
  });
}
