/**
 * `--format html`: one file that needs no other file. Without a script it shows the latest values and a table of days;
 * its script (browser/) adds charts, which uPlot draws.
 */
import { createHash } from 'node:crypto';
import type { Config } from '../../config/config';
import type { Reader } from '../../store/reader';
import { momentOf } from '../moment';
import type { Request } from '../request';
import type { Trouble } from '../trouble-kinds';
import { packLine } from './compact';
import { renderDays } from './daily-table';
import { gather, type Gathered, type GatheredRange } from './gather';
import { embedded, escaped } from './markup';
import type { PageData, PageRange } from './page-data';
import { SCRIPT, UPLOT_STYLE } from './page-script.generated';
import { nightsBefore } from './ranges';
import { STYLE } from './style';
import { renderTiles } from './tiles';

export interface PageInput {
  config: Config;
  request: Request;
  staleAfterMs: number;
  /** the problems of the time from here to the end of the request */
  troubleSince: (fromMs: number) => Promise<Trouble[]>;
  /** whether the page is served, and may ask for a newer one */
  live?: boolean;
}

const seconds = (ms: number): number => Math.round(ms / 1000);
const CSS = `${UPLOT_STYLE}\n${STYLE}`;

export async function renderPage(reader: Reader, input: PageInput): Promise<string> {
  const { config, request, live = false } = input;
  const intervalMs = config.collection.interval_minutes * 60_000;
  const gathered = await gather(reader, { ...input, intervalMs });
  const data = dataOf(gathered, input);
  const whole = gathered.ranges.at(-1);
  const trouble = data.ranges[data.shown]?.trouble ?? [];
  const period = `${momentOf(whole?.fromMs ?? request.toMs)} to ${momentOf(request.toMs)} (${data.zone})`;
  const made = `<time id="made" datetime="${new Date(request.nowMs).toISOString()}">${momentOf(request.nowMs)}</time>`;
  return [
    '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n',
    '<meta name="viewport" content="width=device-width,initial-scale=1">\n',
    `<meta http-equiv="Content-Security-Policy" content="${contentSecurityPolicy(live)}">\n`,
    `<title>Home climate, ${escaped(momentOf(request.nowMs))}</title>\n<style>${CSS}</style>\n</head>\n<body>\n`,
    `<header><h1>Home climate</h1><p class="note">Made ${made}</p></header>\n<main>\n`,
    troubleOf(trouble, request),
    '<h2>Now</h2>\n',
    renderTiles(gathered.overview, request.toMs),
    '<section id="charts" hidden></section>\n',
    renderDays(gathered.days, gathered.quantities),
    `</main>\n<footer><p>${escaped(period)}. Lines are means; the bands around them go from the lowest to the highest value. `,
    'If there is a gap in a line, nothing was measured. Dotted: the sensor repeated an old value. Green: recommended. ',
    'Grey: 22 to 6 o&#39;clock.</p></footer>\n',
    `<script type="application/json" id="data">${embedded(data)}</script>\n<script>${SCRIPT}</script>\n</body>\n</html>\n`,
  ].join('');
}

/** Only our own style and script, by their hashes; a served page may also ask its own server. */
export function contentSecurityPolicy(live: boolean): string {
  const hash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  const connect = live ? ";connect-src 'self'" : '';
  return `default-src 'none';script-src ${hash(SCRIPT)};style-src ${hash(CSS)};base-uri 'none';form-action 'none'${connect}`;
}

function troubleOf(trouble: readonly string[], { endsNow }: Request): string {
  const items = trouble.map((message) => `<li>${escaped(message)}</li>`).join('');
  const well = trouble.length === 0 && endsNow ? '' : ' hidden';
  return `<ul class="trouble" id="trouble" aria-label="Problems"${items === '' ? ' hidden' : ''}>${items}</ul>\n<p class="note" id="well"${well}>No problems in this time.</p>\n`;
}

function dataOf({ quantities, lines, ranges }: Gathered, { request, staleAfterMs, live = false }: PageInput): PageData {
  return {
    made: seconds(request.nowMs),
    zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    staleAfter: seconds(staleAfterMs),
    live,
    quantities: quantities.map(({ name, title, unit, decimals, logarithmic = false, recommended, convert }) => ({
      ...{ name, title, unit, decimals, logarithmic },
      recommended:
        recommended === undefined ? null : [converted(recommended[0], convert), converted(recommended[1], convert)],
    })),
    lines: lines.map(({ location, mark, isCurrent }) => ({ location, mark, isCurrent })),
    ranges: ranges.map((range) => rangeOf(range, quantities)),
    shown: request.startIsGiven ? ranges.length - 1 : 0,
    nights: nightsBefore(request.toMs).map(([fromMs, toMs]) => [seconds(fromMs), seconds(toMs)] as const),
  };
}

const converted = (value: number | null, convert: (value: number) => number) =>
  value === null ? null : convert(value);

function rangeOf(range: GatheredRange, quantities: Gathered['quantities']): PageRange {
  const { label, fromMs, toMs, edges, series, trouble, anomalies } = range;
  const indexes = (flags: Uint8Array | undefined) => [...(flags ?? [])].flatMap((flag, n) => (flag === 1 ? [n] : []));
  const temperature = quantities.find(({ column }) => column === 'temperature_celsius');
  return {
    ...{ label, from: seconds(fromMs), to: seconds(toMs) },
    times: edges.slice(1).map((edge, n) => seconds((edge + (edges[n] ?? edge)) / 2)),
    trouble: trouble.map(({ message }) => message),
    values: series.map((each) =>
      Object.fromEntries(
        quantities.flatMap(({ name, column, decimals, convert, isDerived }) => {
          const own = each?.quantities.get(column);
          if (own === undefined) return [];
          const [lowest, mean, highest] = [own.lowest, own.mean, own.highest].map((values) => values.map(convert));
          if (lowest === undefined || mean === undefined || highest === undefined) return [];
          return [[name, packLine({ lowest, mean, highest }, decimals, !isDerived)]];
        }),
      ),
    ),
    stale: series.map((each) => indexes(each?.stale)),
    broken: series.map((each) => indexes(each?.broken)),
    anomalies:
      temperature === undefined
        ? []
        : anomalies.map(({ line, ms, value }) => [line, seconds(ms), temperature.convert(value)] as const),
  };
}
