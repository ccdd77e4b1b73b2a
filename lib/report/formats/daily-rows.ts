/** Values of days on a terminal. */
import { printable } from '../../wording';
import type { Request } from '../request';
import { columns, type Style } from '../text';
import type { Row } from './lines';

/** The location; if several devices have it on that day, with the id. */
function labelsOf(rows: readonly Row[]): string[] {
  const placeOf = ({ day, location }: Row) => `${String(day)} ${String(location)}`;
  const counts = new Map<string, number>();
  for (const row of rows) counts.set(placeOf(row), (counts.get(placeOf(row)) ?? 0) + 1);
  return rows.map((row) => {
    const id = counts.get(placeOf(row)) === 1 ? '' : ` (${String(row['device_id'])})`;
    return printable(`${String(row['location'])}${id}`);
  });
}

export function renderDailyRows(rows: readonly Row[], { daily, units }: Request, style: Style): string {
  if (rows.length === 0) return 'No readings in this time.\n';
  const header = ['DAY', ...daily.map(({ title }) => title), 'LOCATION'];
  const labels = labelsOf(rows);
  const cells = rows.map((row, index) => [
    String(row['day']),
    ...daily.map(({ label }) => {
      const value = row[label(units)];
      return typeof value === 'number' ? value.toFixed(1) : '';
    }),
    labels[index] ?? '',
  ]);
  const [first = '', ...lines] = columns([header, ...cells], ['left', ...daily.map(() => 'right' as const), 'left']);
  return [style.faint(first), ...lines].map((line) => `${line}\n`).join('');
}
