/** `--format html`: one file that needs no other file and has no script. */
import type { Config } from '../../../config/config';
import { sourceOfDevice } from '../../../sources/all';
import type { Reader } from '../../../store/reader';
import { plural } from '../../../wording';
import { DAY_MS, duration, HOUR_MS, momentOf } from '../../moment';
import { overviewOf, type DeviceOverview, type LatestValue, type Overview } from '../../overview';
import { shown, withUnit } from '../../quantities';
import type { Request } from '../../request';
import type { Trouble } from '../../trouble';
import { renderChart } from './chart';
import { escaped } from './markup';
import type { Line } from './paths';
import { STYLE } from './style';

export interface PageInput {
  config: Config;
  request: Request;
  staleAfterMs: number;
  trouble: readonly Trouble[];
}

/** About how many points all lines of all charts have together: twice as many would be a megabyte. */
const POINTS = 40_000;
const MOST_STRETCHES = 480;
const FEWEST_STRETCHES = 96;

export async function renderHtml(reader: Reader, input: PageInput): Promise<string> {
  const { config, staleAfterMs, trouble } = input;
  const fromMs = await startOf(reader, input.request);
  const request = { ...input.request, fromMs };
  const intervalMs = config.collection.interval_minutes * 60_000;
  const stretches = await stretchesFor(reader, request, intervalMs);
  // With long intervals a gap is an empty interval; with short ones it may be between two that are not empty.
  const isFine = (request.toMs - fromMs) / stretches < 6 * intervalMs;
  const breakAfterMs = isFine ? 2.2 * intervalMs : undefined;
  const overview = await overviewOf(reader, request, { stretches, staleAfterMs, breakAfterMs });
  const charts = request.quantities.map((quantity) => {
    const lines = linesOf(overview, quantity.column);
    return lines.length === 0 ? '' : renderChart({ quantity, lines, fromMs, toMs: request.toMs });
  });
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const period = `${momentOf(fromMs)} to ${momentOf(request.toMs)} (${zone})`;
  return [
    '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n',
    '<meta name="viewport" content="width=device-width,initial-scale=1">\n',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none';style-src 'unsafe-inline'">\n`,
    `<title>Home climate, ${escaped(momentOf(request.nowMs))}</title>\n<style>${STYLE}</style>\n</head>\n<body>\n`,
    `<header><h1>Home climate</h1><p class="period">${escaped(period)}</p></header>\n<main>\n`,
    troubleOf(trouble, request),
    roomsOf(overview, request),
    ...charts,
    '</main>\n<footer><p>Lines are means, the bands around them go from the lowest to the highest value; if there ',
    'is a gap in a line, nothing was measured. Dotted: the sensor repeated an old value. Red dots: outside the limits set for ',
    'plausible temperatures. Grey stretches: 22 to 6 o&#39;clock.</p></footer>\n</body>\n</html>\n',
  ].join('');
}

/** The page begins with the first cycle, because empty weeks before it would only make the charts smaller. */
async function startOf([database]: Reader, { fromMs, toMs }: Request): Promise<number> {
  const row = await database.get<{ first: string | null }>('SELECT min(started_at) AS first FROM cycle');
  const firstMs = Date.parse(row?.first ?? '');
  if (Number.isNaN(firstMs) || firstMs >= toMs) return fromMs ?? toMs - DAY_MS;
  return Math.max(fromMs ?? 0, Math.min(firstMs, toMs - HOUR_MS));
}

/** Few enough for the size of the page, and each long enough to include a cycle that is a little late. */
async function stretchesFor([database]: Reader, { fromMs, toMs }: Request, intervalMs: number): Promise<number> {
  const devices = await database.all<{ device_type: string }>('SELECT device_type FROM device');
  const lines = devices.reduce(
    (sum, { device_type }) => sum + (sourceOfDevice(device_type)?.quantities.length ?? 0),
    1,
  );
  const affordable = Math.max(FEWEST_STRETCHES, Math.min(MOST_STRETCHES, Math.floor(POINTS / lines)));
  return Math.max(1, Math.min(affordable, Math.floor((toMs - (fromMs ?? 0)) / (2 * intervalMs))));
}

function linesOf({ devices, series }: Overview, column: LatestValue['quantity']['column']): Line[] {
  return devices.flatMap(({ device_id, label }, colour) => {
    const own = series.find((each) => each.device_id === device_id);
    const values = own?.quantities.get(column);
    if (own === undefined || values === undefined) return [];
    return [{ label, colour, series: values, anomalous: own.anomalous, stale: own.stale, broken: own.broken }];
  });
}

function troubleOf(trouble: readonly Trouble[], { endsNow }: Request): string {
  if (trouble.length === 0) return endsNow ? '<p class="well">No problems in the last 24 hours.</p>\n' : '';
  const items = trouble.map(({ message }) => `<li>${escaped(message)}</li>`).join('');
  return `<ul class="trouble" aria-label="${plural(trouble.length, 'problem')}">${items}</ul>\n`;
}

function roomsOf({ devices, longGone }: Overview, request: Request): string {
  const rooms = devices.map((device) => roomOf(device, request)).join('');
  const gone = `<p class="well">${plural(longGone, 'device')} without a reading for over 7 days not shown.</p>\n`;
  return (
    `<h2>Latest values</h2>\n` +
    (rooms === '' ? '<p class="well">No readings in this time.</p>\n' : `<div class="rooms">\n${rooms}</div>\n`) +
    (longGone === 0 ? '' : gone)
  );
}

function roomOf({ label, values }: DeviceOverview, { toMs }: Request): string {
  const rows = values.map((value) => {
    const { quantity, stale, isAnomalous, lowest, highest, measuredMs } = value;
    const age = `${duration(toMs - measuredMs)}${stale ? ' stale' : ''}`;
    return (
      `<tr><th scope="row">${escaped(quantity.title)}</th>` +
      `<td class="now${isAnomalous ? ' bad' : ''}">${escaped(withUnit(quantity, value.value))}${isAnomalous ? ' !' : ''}</td>` +
      `<td>${lowest === null ? '' : shown(quantity, lowest)}</td><td>${highest === null ? '' : shown(quantity, highest)}</td>` +
      `<td${stale ? ' class="bad"' : ''}>${age}</td></tr>`
    );
  });
  const head = ['Quantity', 'Now', 'Low', 'High', 'Age'].map((title) => `<th scope="col">${title}</th>`).join('');
  return `<table><caption>${escaped(label)}</caption><thead><tr>${head}</tr></thead><tbody>${rows.join('')}</tbody></table>\n`;
}
