/** The report on a terminal: problems first, then one line for each quantity of each room. */
import { plural, printable } from '../../wording';
import { duration, momentOf } from '../moment';
import type { DeviceOverview, LatestValue, Overview } from '../overview';
import { shown, withUnit } from '../quantities';
import { columns, cut, means, sparkline, widthOf, type Style } from '../text';
import type { Trouble } from '../trouble';

export interface TableInput {
  trouble: readonly Trouble[];
  overview: Overview;
  fromMs: number;
  toMs: number;
  nowMs: number;
}

/** Lengths of names and sparklines, the preferred ones first, then shorter ones until a line fits the terminal. */
const LENGTHS: readonly (readonly [name: number, points: number])[] = [
  [28, 24],
  [28, 12],
  [20, 12],
  [20, 8],
  [12, 8],
  [12, 6],
];

/** @param width of the terminal; null: any */
export function renderTable(input: TableInput, style: Style, width: number | null = null): string {
  const { trouble, overview, toMs } = input;
  const rows = overview.devices.flatMap((device) => rowsOf(device, toMs));
  return [
    ...troubleLines(trouble, style),
    ...(rows.length === 0 ? ['No readings in this time.'] : linesOf(rows, input, style, width)),
    ...(overview.longGone === 0
      ? []
      : ['', style.faint(`${plural(overview.longGone, 'device')} without a reading for over 7 days not shown.`)]),
  ]
    .map((line) => `${line}\n`)
    .join('');
}

function linesOf(rows: readonly TableRow[], input: TableInput, style: Style, width: number | null): string[] {
  let lines: string[] = [];
  for (const [name, points] of LENGTHS) {
    const cells = rows.map((row) => [cutLabel(row.room, name), ...row.cells, row.course(points)]);
    lines = columns([headerOf(input), ...cells], ['left', 'left', 'right', 'right', 'right', 'right', 'left']);
    if (width === null || lines.every((line) => widthOf(line) <= width)) break;
  }
  return lines.map((line, index) => {
    if (index === 0) return style.faint(line);
    return rows[index - 1]?.isTrouble === true ? style.bad(line) : line;
  });
}

/** Shortens the middle, because the end distinguishes two devices of a room: `Long room n… (Hue)`. */
function cutLabel(label: string, width: number): string {
  const [, room = '', mark = ''] = /^(.+)( \([^()]+\))$/.exec(label) ?? [];
  const rest = width - widthOf(mark);
  return mark !== '' && widthOf(label) > width && rest > 3 ? cut(room, rest) + mark : cut(label, width);
}

function headerOf({ fromMs, toMs, nowMs }: TableInput): string[] {
  const period = toMs === nowMs ? `last ${duration(nowMs - fromMs)}` : `${momentOf(fromMs)} to ${momentOf(toMs)}`;
  return ['ROOM', 'QUANTITY', toMs === nowMs ? 'NOW' : 'LAST', 'AGE', 'LOW', 'HIGH', period.toUpperCase()];
}

export function troubleLines(trouble: readonly Trouble[], style: Style): string[] {
  if (trouble.length === 0) return [];
  return [...trouble.map(({ message }) => style.bad(`! ${cut(printable(message), 200)}`)), ''];
}

interface TableRow {
  /** '' in all lines of a device but the first */
  room: string;
  /** from the quantity to the highest value */
  cells: string[];
  course: (points: number) => string;
  isTrouble: boolean;
}

function rowsOf(device: DeviceOverview, toMs: number): TableRow[] {
  return device.values.map((value, index) => ({
    room: index === 0 ? printable(device.label) : '',
    cells: [
      value.quantity.title,
      `${withUnit(value.quantity, value.value)}${value.isAnomalous ? ' !' : ''}`,
      `${duration(toMs - value.measuredMs)}${value.stale ? ' stale' : ''}`,
      value.lowest === null ? '' : shown(value.quantity, value.lowest),
      value.highest === null ? '' : shown(value.quantity, value.highest),
    ],
    course: (points) => courseOf(value, points),
    isTrouble: value.stale || value.isAnomalous,
  }));
}

/** Light is shown on a logarithmic scale. */
function courseOf({ quantity, course }: LatestValue, points: number): string {
  if (quantity.onlyLatest === true) return '';
  const fewer = means(course, points);
  return sparkline(quantity.logarithmic === true ? fewer.map((value) => Math.log10(Math.max(0, value) + 1)) : fewer);
}
