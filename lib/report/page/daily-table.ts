/** The table of days: lowest, mean and highest value of each quantity, for readers without a script and for printing. */
import type { DayValues } from '../daily';
import { shown, type Quantity } from '../quantities';
import type { DaysOfLine, GatheredLine } from './gather';
import { escaped } from './markup';

export function renderDays(lines: readonly DaysOfLine[], quantities: readonly Quantity[]): string {
  const tables = lines.map((line) => tableOf(line, quantities)).join('');
  if (tables === '') return '';
  return (
    `<details class="days" open><summary><h2>Day by day</h2></summary>\n` +
    `<p class="note">Each day's lowest, mean and highest value. Day: 6 to 22 o'clock; night: the night that ended on this day. ` +
    `Heating degree days (kelvin days) count days whose mean is at most 15 °C.</p>\n${tables}</details>\n`
  );
}

function tableOf({ line, days }: DaysOfLine, quantities: readonly Quantity[]): string {
  const columns = quantities.filter(({ column, onlyLatest }) => onlyLatest !== true && days.has(column));
  if (columns.length === 0) return '';
  const dates = [...new Set([...days.values()].flatMap((each) => each.map(({ day }) => day)))].sort().reverse();
  const isCold = (days.get('temperature_celsius') ?? []).some(({ heatingDegreeDays }) => heatingDegreeDays > 0);
  const groups = columns.map((quantity) => {
    const span = quantity.column === 'temperature_celsius' ? (isCold ? 6 : 5) : 3;
    const unit = quantity.unit === '' ? '' : `, ${quantity.unit}`;
    return `<th scope="colgroup" colspan="${span}">${escaped(quantity.title + unit)}</th>`;
  });
  const heads = columns.map(({ column }) =>
    [
      'low',
      'mean',
      'high',
      ...(column === 'temperature_celsius' ? ['day', 'night', ...(isCold ? ['degree days'] : [])] : []),
    ]
      .map((title) => `<th scope="col">${title}</th>`)
      .join(''),
  );
  const rows = dates.map((day) => {
    const cells = columns.map((quantity) =>
      cellsOf(
        quantity,
        days.get(quantity.column)?.find((each) => each.day === day),
        isCold,
      ),
    );
    return `<tr><th scope="row">${day}</th>${cells.join('')}</tr>`;
  });
  return (
    `<div class="scroll" tabindex="0" role="region" aria-label="${escaped(`Days of ${nameOf(line)}`)}"><table><caption>${escaped(nameOf(line))}</caption>` +
    `<thead><tr><th scope="col" rowspan="2">Day</th>${groups.join('')}</tr><tr>${heads.join('')}</tr></thead>\n` +
    `<tbody>${rows.join('\n')}</tbody></table></div>\n`
  );
}

const nameOf = ({ location, mark }: GatheredLine): string => (mark === '' ? location : `${location} (${mark})`);

/** The end tags of cells are left out, which HTML allows: there are ten thousand of them. */
function cellsOf(quantity: Quantity, day: DayValues | undefined, isCold: boolean): string {
  const values: (number | undefined)[] = [day?.lowest, day?.mean, day?.highest];
  if (quantity.column === 'temperature_celsius') values.push(day?.dayMean, day?.nightMean);
  const cells = values.map((value) => (value === undefined || Number.isNaN(value) ? '' : shown(quantity, value)));
  if (quantity.column === 'temperature_celsius' && isCold) {
    const missing = day === undefined || Number.isNaN(day.heatingDegreeDays);
    cells.push(missing ? '' : day.heatingDegreeDays.toFixed(1));
  }
  return cells.map((text) => `<td>${text}`).join('');
}
