/** Values of days on a terminal. */
import { printable } from '../../wording';
import type { Request } from '../request';
import { columns, type Style } from '../text';
import type { Row } from './lines';

export function renderDailyRows(rows: readonly Row[], { daily, units }: Request, style: Style): string {
  if (rows.length === 0) return 'No readings in this time.\n';
  const header = ['DAY', ...daily.map(({ title }) => title), 'LOCATION'];
  const cells = rows.map((row) => [
    String(row['day']),
    ...daily.map(({ label }) => {
      const value = row[label(units)];
      return typeof value === 'number' ? value.toFixed(1) : '';
    }),
    printable(String(row['location'])),
  ]);
  const [first = '', ...lines] = columns([header, ...cells], ['left', ...daily.map(() => 'right' as const), 'left']);
  return [style.faint(first), ...lines].map((line) => `${line}\n`).join('');
}
