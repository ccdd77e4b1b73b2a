/** `report gaps` on a terminal. */
import { explainReason, type DayCount, type Gap, type Gaps } from '../gaps';
import { clockOf, dayOf, momentOf } from '../moment';
import { columns, cut, printable, type Style } from '../text';
import { count } from '../trouble';

/** So many gaps are told one by one; the days' lines count all. */
const SHOWN = 50;

export function renderGaps({ days, gaps }: Gaps, style: Style): string {
  if (days.length === 0) return 'No cycle was due in this time.\n';
  const header = ['COLLECTOR', 'DAY', 'EXPECTED', 'STORED', 'MISSING', '', 'REASONS'];
  const table = columns(
    [header, ...days.map(dayRow)],
    ['left', 'left', 'right', 'right', 'right', 'right', 'left'],
  ).map((line, index) => {
    if (index === 0) return style.faint(line);
    return (days[index - 1]?.missing ?? 0) > 0 ? style.bad(line) : line;
  });
  const shown = gaps.slice(-SHOWN);
  const heading = gaps.length > SHOWN ? `The last ${SHOWN} of ${gaps.length} gaps:` : 'Gaps:';
  const list = columns(shown.map(gapRow), ['left', 'left', 'right', 'left']).map((line) => `  ${line}`);
  return [...table, ...(gaps.length === 0 ? ['', 'No gaps.'] : ['', heading, ...list])]
    .map((line) => `${line}\n`)
    .join('');
}

function dayRow({ collector, day, expected, stored, missing, reasons }: DayCount): string[] {
  // Rounded down: 99.9 % is not all.
  const percent = expected === 0 ? 100 : Math.floor((stored / expected) * 1000) / 10;
  return [collector, day, `${expected}`, `${stored}`, `${missing}`, `${percent} %`, reasonsOf(reasons)];
}

export function reasonsOf(reasons: Record<string, number>): string {
  return Object.entries(reasons)
    .map(([reason, cycles]) => `${reason} ${cycles}`)
    .join(', ');
}

function gapRow(gap: Gap): string[] {
  const { collector, fromMs, toMs, cycles } = gap;
  const end = dayOf(toMs) === dayOf(fromMs) ? clockOf(toMs) : momentOf(toMs);
  return [collector, `${momentOf(fromMs)} to ${end}`, count(cycles, 'cycle'), cut(printable(explainReason(gap)), 120)];
}
