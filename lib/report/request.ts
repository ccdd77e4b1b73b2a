/** What the user has asked for, checked. */
import { MonitorError } from '../errors';
import { DAILY } from './daily-quantities';
import { DAY_MS, parseMoment } from './moment';
import { derivedIn, quantitiesIn, type Quantity, type Units } from './quantities';

export const FORMATS = ['table', 'csv', 'json', 'ndjson', 'html', 'prometheus', 'influx'] as const;
export type Format = (typeof FORMATS)[number];
export type View = 'readings' | 'gaps' | 'cycles' | 'retries';

export interface Request {
  view: View;
  format: Format;
  /** null: from the first reading on */
  fromMs: number | null;
  /** whether the user named it */
  startIsGiven: boolean;
  /** not included */
  toMs: number;
  /** false if the user named an earlier end: what was newest then is not what is newest now */
  endsNow: boolean;
  nowMs: number;
  devices: readonly string[] | null;
  locations: readonly string[] | null;
  /** those asked for, else all */
  quantities: readonly Quantity[];
  allQuantities: boolean;
  /** those with one value a day; if there are any, nothing else was asked for */
  daily: readonly (typeof DAILY)[number][];
  units: Units;
  /** only what no earlier run with the same format and filters has exported */
  sinceLast: boolean;
  /** csv: texts that a spreadsheet would run as formulas are made texts */
  forSpreadsheet: boolean;
}

/** How far back each format goes without --since; exports contain everything. */
const DEFAULT_DAYS: Partial<Record<Format, number>> = { table: 1, json: 1, html: 365 };
const FORMATS_OF_LISTS: readonly Format[] = ['table', 'csv', 'json', 'ndjson'];
const FORMATS_SINCE_LAST: readonly Format[] = ['csv', 'ndjson', 'influx'];
/** The names of their fields say Celsius. */
const METRIC_FORMATS: readonly Format[] = ['prometheus', 'influx'];

/**
 * @param values the flags with a value
 * @throws MonitorError `usage`
 */
export function requestOf(
  view: View,
  values: Readonly<Record<string, string>>,
  switches: ReadonlySet<string>,
  nowMs: number,
): Request {
  const format = (values['format'] as Format | undefined) ?? (switches.has('json') ? 'json' : 'table');
  const units = (values['units'] as Units | undefined) ?? 'metric';
  const sinceLast = switches.has('since-last');
  if (view !== 'readings' && !FORMATS_OF_LISTS.includes(format)) {
    throw wrong(`report ${view} does not have the format ${format}`, `Choose one of ${FORMATS_OF_LISTS.join(', ')}.`);
  }
  const forSpreadsheet = switches.has('spreadsheet');
  if (forSpreadsheet && format !== 'csv') throw wrong('--spreadsheet is for csv', 'Add --format csv.');
  if (sinceLast && (view !== 'readings' || !FORMATS_SINCE_LAST.includes(format))) {
    throw wrong('--since-last is for exports of readings', `Add --format ${FORMATS_SINCE_LAST.join(' or ')}.`);
  }
  if (sinceLast && values['until'] !== undefined) {
    throw wrong('--since-last and --until exclude each other', 'What --until left out would never be exported.');
  }
  if (units === 'us' && METRIC_FORMATS.includes(format)) {
    throw wrong(`the format ${format} is always metric`, 'Leave out --units, or convert in the dashboard.');
  }
  if (format === 'prometheus' && (values['since'] ?? values['until']) !== undefined) {
    throw wrong('the format prometheus has only the latest values', 'Leave out --since and --until.');
  }
  const daily = dailyOf(values['quantity'], view, format, sinceLast);
  // Nothing was measured after now, and no cycle is missing there.
  const toMs = values['until'] === undefined ? nowMs : Math.min(nowMs, parseMoment('until', values['until'], nowMs));
  const fromMs = startOf(values['since'], view, format, toMs, nowMs);
  if (fromMs !== null && fromMs >= toMs) {
    throw wrong('--since is not before --until, or not before now', 'Give an earlier --since.');
  }
  return {
    view,
    format,
    fromMs,
    startIsGiven: values['since'] !== undefined,
    toMs,
    endsNow: toMs === nowMs,
    nowMs,
    devices: listOf(values['device']),
    locations: listOf(values['location']),
    quantities: daily.length > 0 ? [] : quantitiesOf(values['quantity'], units),
    daily,
    allQuantities: values['quantity'] === undefined,
    units,
    sinceLast,
    forSpreadsheet,
  };
}

function startOf(since: string | undefined, view: View, format: Format, toMs: number, nowMs: number): number | null {
  if (since !== undefined) return parseMoment('since', since, nowMs);
  const days = view === 'gaps' ? 7 : view === 'cycles' || view === 'retries' ? 1 : DEFAULT_DAYS[format];
  return days === undefined ? null : toMs - days * DAY_MS;
}

/** Split at commas, except after a backslash. */
function listOf(text: string | undefined): string[] | null {
  if (text === undefined) return null;
  return text.split(/(?<!\\),/).map((word) => word.trim().replaceAll('\\,', ','));
}

function quantitiesOf(text: string | undefined, units: Units): readonly Quantity[] {
  const wanted = listOf(text);
  if (wanted === null) return quantitiesIn(units);
  const all = [...quantitiesIn(units), ...derivedIn(units)];
  for (const word of wanted) {
    if (all.some((each) => isCalled(each, word))) continue;
    throw wrong(
      `--quantity ${JSON.stringify(word)} is not known`,
      `Known: ${[...all, ...DAILY].map(({ name }) => name).join(', ')}.`,
    );
  }
  return all.filter((each) => wanted.some((word) => isCalled(each, word)));
}

/** @throws MonitorError `usage` if values of days and of readings are mixed, or the format has no place for days */
function dailyOf(text: string | undefined, view: View, format: Format, sinceLast: boolean): Request['daily'] {
  const words = (listOf(text) ?? []).map((word) => word.toLowerCase().replaceAll('-', '_'));
  const found = DAILY.filter(({ name }) => words.includes(name));
  if (found.length === 0) return [];
  const names = DAILY.map(({ name }) => name).join(', ');
  if (found.length < new Set(words).size) {
    throw wrong(`${names} have one value a day, other quantities one a reading`, 'Ask for them in two reports.');
  }
  if (view !== 'readings' || sinceLast || !FORMATS_OF_LISTS.includes(format)) {
    throw wrong(`${names} cannot be shown so`, `Choose one of ${FORMATS_OF_LISTS.join(', ')}, without --since-last.`);
  }
  return found;
}

function isCalled({ name, column, label }: Quantity, word: string): boolean {
  return [name, column, label].includes(word.toLowerCase().replaceAll('-', '_'));
}

function wrong(message: string, remediation: string): MonitorError {
  return new MonitorError(message, { type: 'usage', permanent: true, remediation });
}
