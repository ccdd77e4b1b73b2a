/** The report on a terminal: problems first, then the quantities of each device, by location. */
import { isMeasuredInFuture } from '../../clock';
import { plural, printable } from '../../wording';
import { duration, momentOf } from '../moment';
import { markOf, roomsOf, type Room } from '../locations';
import type { DeviceOverview, LatestValue, Overview } from '../overview';
import { shown, withUnit } from '../quantities';
import { columns, means, sparkline, widthOf, wrapped, type Style } from '../text';
import type { Trouble } from '../trouble-kinds';

export interface TableInput {
  trouble: readonly Trouble[];
  overview: Overview;
  fromMs: number;
  toMs: number;
  nowMs: number;
}

/** Lengths of labels and curves, the preferred ones first, then shorter ones until a line fits the terminal. */
const LENGTHS: readonly (readonly [label: number, points: number])[] = [
  [28, 24],
  [28, 12],
  [20, 12],
  [20, 8],
  [12, 8],
  [12, 6],
  [6, 6],
  [2, 6],
  [2, 0],
];

/** @param width of the terminal; null: any */
export function renderTable(input: TableInput, style: Style, width: number | null = null): string {
  const { trouble, overview, toMs } = input;
  const blocks = roomsOf(overview.devices).flatMap((room) => blocksOf(room, toMs));
  return [
    ...troubleLines(trouble, style, width),
    ...(blocks.length === 0 ? ['No readings in this time.'] : linesOf(blocks, input, style, width)),
    ...(overview.longGone === 0
      ? []
      : ['', style.faint(`${plural(overview.longGone, 'device')} without a reading for over 7 days not shown.`)]),
  ]
    .map((line) => `${line}\n`)
    .join('');
}

function linesOf(blocks: readonly Block[], input: TableInput, style: Style, width: number | null): string[] {
  let lines: string[] = [];
  const isNarrowEnough = () => width === null || lines.every((line) => widthOf(line) <= width);
  for (const [longest, points] of LENGTHS) {
    lines = arranged(blocks, headerOf(input), longest, points, style);
    if (isNarrowEnough()) break;
  }
  return lines;
}

/** A label that is too long for its column has a line of its own: it tells devices apart, so it is never cut. */
function arranged(blocks: readonly Block[], header: string[], longest: number, points: number, style: Style): string[] {
  const fits = ({ label, rows }: Block) => rows.length > 0 && widthOf(label) <= longest;
  const cells = blocks.flatMap((block) =>
    block.rows.map((row, n) => [n === 0 && fits(block) ? block.label : '', ...row.cells, row.course(points)]),
  );
  const narrow = header.map((word, n) => (n === 0 && longest < word.length ? '' : n === 6 && points === 0 ? '' : word));
  const [first = '', ...lines] = columns(
    [narrow, ...cells],
    ['left', 'left', 'right', 'right', 'right', 'right', 'left'],
  );
  return [
    style.faint(first),
    ...blocks.flatMap((block) => {
      const own = lines.splice(0, block.rows.length);
      const shown = own.map((line, n) => (block.rows[n]?.isTrouble === true ? style.bad(line) : line));
      return fits(block) || block.label === '' ? shown : [style.bold(block.label), ...shown];
    }),
  ];
}

function headerOf({ fromMs, toMs, nowMs }: TableInput): string[] {
  const period = toMs === nowMs ? `last ${duration(nowMs - fromMs)}` : `${momentOf(fromMs)} to ${momentOf(toMs)}`;
  return ['LOCATION', 'QUANTITY', toMs === nowMs ? 'NOW' : 'LAST', 'AGE', 'LOW', 'HIGH', period.toUpperCase()];
}

export function troubleLines(trouble: readonly Trouble[], style: Style, width: number | null = null): string[] {
  if (trouble.length === 0) return [];
  return [...trouble.map(({ message }) => style.bad(wrapped(`! ${printable(message)}`, width).join('\n'))), ''];
}

/** What is shown under one label: a device, or the name of a location of several. */
interface Block {
  label: string;
  rows: TableRow[];
}

interface TableRow {
  /** from the quantity to the highest value */
  cells: string[];
  course: (points: number) => string;
  isTrouble: boolean;
}

/** A location with one device is one block; one with several begins with its name alone. */
function blocksOf({ location, devices }: Room, toMs: number): Block[] {
  const [first] = devices;
  if (first !== undefined && devices.length === 1) return [{ label: printable(location), rows: rowsOf(first, toMs) }];
  return [
    { label: printable(location), rows: [] },
    ...devices.map((device) => ({ label: `  ${printable(markOf(device))}`, rows: rowsOf(device, toMs) })),
  ];
}

function rowsOf(device: DeviceOverview, toMs: number): TableRow[] {
  return device.values.map((value) => ({
    cells: [
      value.quantity.title,
      `${withUnit(value.quantity, value.value)}${value.isAnomalous ? ' !' : ''}`,
      ageOf(value, toMs),
      value.lowest === null ? '' : shown(value.quantity, value.lowest),
      value.highest === null ? '' : shown(value.quantity, value.highest),
    ],
    course: (points) => courseOf(value, points),
    isTrouble: value.stale || value.isAnomalous,
  }));
}

/** `4 min`, `3 h stale`, `4 min (cycle)` if the sensor told no time, `2 h ahead stale`. */
function ageOf({ measuredMs, hasOwnTime, stale }: LatestValue, toMs: number): string {
  const ageMs = toMs - measuredMs;
  const age = isMeasuredInFuture(measuredMs, toMs) ? `${duration(-ageMs)} ahead` : duration(ageMs);
  return `${age}${hasOwnTime ? '' : ' (cycle)'}${stale ? ' stale' : ''}`;
}

/** Light is shown on a logarithmic scale. */
function courseOf({ quantity, course }: LatestValue, points: number): string {
  if (quantity.onlyLatest === true || points === 0) return '';
  const fewer = means(course, points);
  return sparkline(quantity.logarithmic === true ? fewer.map((value) => Math.log10(Math.max(0, value) + 1)) : fewer);
}
