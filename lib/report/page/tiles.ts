/** The latest values, a tile for each location; complete without a script, which adds ages and the curve of the day. */
import { plural } from '../../wording';
import { airOf, markOf, roomsOf, valueOfRoom, type AirLevel, type Room } from '../locations';
import { clockOf, dayOf, momentOf } from '../moment';
import type { DeviceOverview, LatestValue, Overview } from '../overview';
import { shown, withUnit } from '../quantities';
import { escaped } from './markup';

/** Always in sight; the others are folded away unless they need attention. */
const IN_SIGHT = ['temperature_celsius', 'humidity_percent'];
const BATTERY_LOW = 15;

const AIR: Readonly<Record<AirLevel, string>> = { good: '● good', moderate: '▲ moderate', poor: '■ poor' };

export function renderTiles({ devices, longGone }: Overview, toMs: number): string {
  const rooms = roomsOf(devices);
  const tiles = rooms.map((room) => tileOf(room, toMs)).join('');
  const gone = `<p class="note">${plural(longGone, 'device')} without a reading for over 7 days not shown.</p>\n`;
  return (
    (tiles === '' ? '<p class="note">No readings in this time.</p>\n' : `<div class="tiles">\n${tiles}</div>\n`) +
    (longGone === 0 ? '' : gone)
  );
}

function tileOf(room: Room, toMs: number): string {
  const temperature = valueOfRoom(room, 'temperature_celsius');
  const humidity = valueOfRoom(room, 'humidity_percent');
  const air = airOf(room);
  const attention = room.devices.flatMap((device) =>
    device.values.filter(needsAttention).map((value) => attentionOf(value, room.devices.length > 1 ? device : null)),
  );
  const measuredMs = Math.max(...room.devices.flatMap(({ values }) => values.map((value) => value.measuredMs)));
  const facts = [
    humidity === undefined
      ? ''
      : `<span>Humidity <b>${escaped(withUnit(humidity.quantity, humidity.value))}</b></span>`,
    air === null ? '' : `<span class="air ${air}">Air <b>${AIR[air]}</b></span>`,
  ].join('');
  return (
    `<article class="tile" data-location="${escaped(room.location)}"><h3>${escaped(room.location)}</h3>` +
    (temperature === undefined ? '' : bigTemperature(temperature)) +
    (facts === '' ? '' : `<p class="facts">${facts}</p>`) +
    `<div class="curve"></div>` +
    attention.map((text) => `<p class="attention">⚠ ${escaped(text)}</p>`).join('') +
    `<p class="age">as of <time datetime="${new Date(measuredMs).toISOString()}">${timeOf(measuredMs, toMs)}</time></p>` +
    `<details><summary>All values</summary>${room.devices.map((device) => valuesOf(device, room, toMs)).join('')}</details></article>\n`
  );
}

function bigTemperature({ quantity, value, isAnomalous, stale, course }: LatestValue): string {
  const change = (course.at(-1) ?? NaN) - (course.at(-2) ?? NaN);
  const [arrow, word] =
    Number.isNaN(change) || stale
      ? ['', '']
      : change >= 0.2
        ? ['↗', 'rising']
        : change <= -0.2
          ? ['↘', 'falling']
          : ['→', 'steady'];
  return (
    `<p class="big${isAnomalous ? ' bad' : ''}"><span class="number">${escaped(shown(quantity, value))}</span>` +
    `<span class="unit">${escaped(quantity.unit)}</span>` +
    (arrow === ''
      ? ''
      : `<span class="trend" role="img" aria-label="${word}" title="${word} in the last hour">${arrow}</span>`) +
    '</p>'
  );
}

function needsAttention({ quantity, value, stale, isAnomalous }: LatestValue): boolean {
  if (isAnomalous) return true;
  if (quantity.column === 'battery_percent') return value < BATTERY_LOW;
  const { levels, better } = quantity;
  if (levels === undefined || stale) return false;
  return better === 'higher' ? value <= levels.poor : value >= levels.poor;
}

function attentionOf({ quantity, value }: LatestValue, device: DeviceOverview | null): string {
  return `${quantity.title} ${withUnit(quantity, value)}${device === null ? '' : `, ${markOf(device)}`}`;
}

function valuesOf(device: DeviceOverview, { devices }: Room, toMs: number): string {
  const rows = device.values.map(({ quantity, value, lowest, highest, stale, isAnomalous, measuredMs }) => {
    const range = [lowest, highest].map((end) => `<td>${end === null ? '' : shown(quantity, end)}</td>`).join('');
    const late = stale ? ` <span class="bad">${timeOf(measuredMs, toMs)}</span>` : '';
    const mark = isAnomalous ? ' !' : '';
    const now = `<td class="now">${escaped(withUnit(quantity, value))}${mark}${late}</td>`;
    return `<tr${IN_SIGHT.includes(quantity.column) ? ' class="main"' : ''}><th scope="row">${escaped(quantity.title)}</th>${now}${range}</tr>`;
  });
  const caption = devices.length > 1 ? `<caption>${escaped(markOf(device))}</caption>` : '';
  const head = ['Quantity', 'Now', 'Low', 'High'].map((title) => `<th scope="col">${title}</th>`).join('');
  return `<table>${caption}<thead><tr>${head}</tr></thead><tbody>${rows.join('')}</tbody></table>`;
}

/** With the day, if it is another one. */
function timeOf(ms: number, toMs: number): string {
  return dayOf(ms) === dayOf(toMs) ? clockOf(ms) : momentOf(ms);
}
