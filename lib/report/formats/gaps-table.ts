/** `report gaps` on a terminal. */
import { plural, printable } from '../../wording';
import type { DeviceCount } from '../device-gaps';
import { explainReason, type DayCount, type Gap, type Gaps } from '../gaps';
import { clockOf, dayOf, momentOf } from '../moment';
import { columns, widthOf, type Style } from '../text';
import { NO_TRACE } from '../due-cycles';

/** How many gaps get their own line; the lines of the days count all. */
const SHOWN = 50;

/** @param width of the terminal; null: any */
export function renderGaps({ days: eachDay, gaps, devices }: Gaps, style: Style, width: number | null = null): string {
  if (eachDay.length === 0) return 'No cycle was due in this time.\n';
  const days = emptyDaysTogether(eachDay);
  const header = ['COLLECTOR', 'DAY', 'EXPECTED', 'STORED', 'MISSING', '', 'REASONS'];
  const table = columns(
    [header, ...days.map(dayRow)],
    ['left', 'left', 'right', 'right', 'right', 'right', 'left'],
    width,
  ).map((line, index) => {
    if (index === 0) return style.faint(line);
    return (days[index - 1]?.missing ?? 0) > 0 ? style.bad(line) : line;
  });
  const shown = gaps.slice(-SHOWN);
  const heading = gaps.length > SHOWN ? `The last ${SHOWN} of ${gaps.length} gaps:` : 'Gaps:';
  const list = columns(shown.map(gapRow), ['left', 'left', 'right', 'left'], width && width - 2).map((line) =>
    line.replaceAll(/^/gm, '  '),
  );
  return [
    ...table,
    ...(gaps.length === 0 ? ['', 'No gaps.'] : ['', heading, ...list]),
    ...devicesOf(devices, style, width),
  ]
    .map((line) => `${line}\n`)
    .join('');
}

/** The devices that lack more than the cycles of their collector, which the lines above count. */
function devicesOf(devices: readonly DeviceCount[], style: Style, width: number | null): string[] {
  const lacking = devices.filter(
    ({ missing, reasons: { no_trace = 0, cycle_failed = 0 } }) => missing > no_trace + cycle_failed,
  );
  if (lacking.length === 0) return [];
  const labels = lacking.map(({ device_id, location }) => {
    const isAlone = devices.filter((other) => other.location === location).length === 1;
    return printable(location === null ? device_id : isAlone ? location : `${location} (${device_id})`);
  });
  // A long label tells devices apart, so it is not cut: it gets a line of its own.
  const isLong = (label = '') => widthOf(label) > LONGEST_LABEL;
  const rows = lacking.map(({ expected, stored, missing, reasons }, index) => [
    isLong(labels[index]) ? '' : (labels[index] ?? ''),
    ...[expected, stored, missing].map(String),
    reasonsOf(reasons),
  ]);
  const header = ['DEVICE', 'EXPECTED', 'STORED', 'MISSING', 'REASONS'];
  const [first = '', ...lines] = columns([header, ...rows], ['left', 'right', 'right', 'right', 'left'], width);
  const shown = lines.flatMap((line, index) => (isLong(labels[index]) ? [labels[index] ?? '', line] : [line]));
  return ['', style.faint(first), ...shown];
}

const LONGEST_LABEL = 24;

interface DaysRow extends DayCount {
  /** the last day, if the line is for several days */
  until?: string;
}

/** Consecutive days without any recorded cycle are one line: a clock that was wrong once leaves thousands of them. */
function emptyDaysTogether(days: readonly DayCount[]): DaysRow[] {
  const rows: DaysRow[] = [];
  for (const day of days) {
    const last = rows.at(-1);
    if (last?.collector !== day.collector || !isEmpty(last) || !isEmpty(day)) {
      rows.push({ ...day });
      continue;
    }
    const missing = last.missing + day.missing;
    Object.assign(last, { until: day.day, expected: missing, missing, reasons: { [NO_TRACE]: missing } });
  }
  return rows;
}

function isEmpty({ expected, reasons }: DayCount): boolean {
  return reasons[NO_TRACE] === expected;
}

function dayRow({ collector, day, until, expected, stored, missing, reasons }: DaysRow): string[] {
  // Rounded down, so that 100 % means all.
  const percent = expected === 0 ? 100 : Math.floor((stored / expected) * 1000) / 10;
  const days = until === undefined ? day : `${day} to ${until}`;
  return [collector, days, `${expected}`, `${stored}`, `${missing}`, `${percent} %`, reasonsOf(reasons)];
}

export function reasonsOf(reasons: Record<string, number>): string {
  return Object.entries(reasons)
    .map(([reason, cycles]) => `${reason} ${cycles}`)
    .join(', ');
}

function gapRow(gap: Gap): string[] {
  const { collector, fromMs, toMs, cycles } = gap;
  const end = dayOf(toMs) === dayOf(fromMs) ? clockOf(toMs) : momentOf(toMs);
  return [collector, `${momentOf(fromMs)} to ${end}`, plural(cycles, 'cycle'), printable(explainReason(gap))];
}
