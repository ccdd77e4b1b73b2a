/** The report on a terminal: trouble first, then a line for each quantity of each room. */
import { duration, momentOf } from '../moment';
import type { DeviceOverview, LatestValue, Overview } from '../overview';
import { shown, withUnit } from '../quantities';
import { columns, cut, printable, sparkline, type Style } from '../text';
import type { Trouble } from '../trouble';
import { count } from '../trouble';

export interface TableInput {
  trouble: readonly Trouble[];
  overview: Overview;
  fromMs: number;
  toMs: number;
  nowMs: number;
}

const LONGEST_NAME = 28;

export function renderTable({ trouble, overview, fromMs, toMs, nowMs }: TableInput, style: Style): string {
  const period = toMs === nowMs ? duration(nowMs - fromMs) : `${momentOf(fromMs)} to ${momentOf(toMs)}`;
  const header = ['ROOM', 'QUANTITY', 'NOW', 'AGE', 'LOW', 'HIGH', `LAST ${period}`.toUpperCase()];
  if (toMs !== nowMs) header.splice(2, 1, 'LAST').splice(-1, 1, period.toUpperCase());
  const rows = overview.devices.flatMap((device) => rowsOf(device, toMs));
  const lines = columns(
    [header, ...rows.map(({ cells }) => cells)],
    ['left', 'left', 'right', 'right', 'right', 'right', 'left'],
  ).map((line, index) => {
    if (index === 0) return style.faint(line);
    return rows[index - 1]?.isTrouble === true ? style.bad(line) : line;
  });
  return [
    ...troubleLines(trouble, style),
    ...(rows.length === 0 ? ['No readings in this time.'] : lines),
    ...(overview.longGone === 0
      ? []
      : ['', style.faint(`${count(overview.longGone, 'device')} without a reading for over 7 days not shown.`)]),
  ]
    .map((line) => `${line}\n`)
    .join('');
}

export function troubleLines(trouble: readonly Trouble[], style: Style): string[] {
  if (trouble.length === 0) return [];
  return [...trouble.map(({ message }) => style.bad(`! ${cut(printable(message), 200)}`)), ''];
}

function rowsOf(device: DeviceOverview, toMs: number): { cells: string[]; isTrouble: boolean }[] {
  return device.values.map((value, index) => ({
    cells: [
      index === 0 ? cut(printable(device.label), LONGEST_NAME) : '',
      value.quantity.title,
      `${withUnit(value.quantity, value.value)}${value.isAnomalous ? ' !' : ''}`,
      `${duration(toMs - value.measuredMs)}${value.stale ? ' stale' : ''}`,
      value.lowest === null ? '' : shown(value.quantity, value.lowest),
      value.highest === null ? '' : shown(value.quantity, value.highest),
      courseOf(value),
    ],
    isTrouble: value.stale || value.isAnomalous,
  }));
}

/** The course of light is a matter of powers of ten. */
function courseOf({ quantity, course }: LatestValue): string {
  if (quantity.column === 'battery_percent') return '';
  return sparkline(quantity.logarithmic === true ? course.map((value) => Math.log10(Math.max(0, value) + 1)) : course);
}
