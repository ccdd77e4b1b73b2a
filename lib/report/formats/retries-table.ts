/** `report retries` on a terminal: a heading for each cycle, and a line for each try. */
import { printable } from '../../wording';
import { momentOf } from '../moment';
import type { RetryRow } from '../retries';
import { columns, type Style } from '../text';

/** @param width of the terminal; null: any */
export function renderRetries(rows: readonly RetryRow[], style: Style, width: number | null = null): string {
  if (rows.length === 0) return 'No retries in this time.\n';
  const cells = columns(rows.map(cellsOf), ['left', 'left', 'left', 'left'], width && width - 2);
  return rows
    .flatMap((row, index) => {
      const heading = headingOf(row);
      const line = (cells[index] ?? '').replaceAll(/^/gm, '  ');
      const shown = row.outcome === 'exhausted' ? style.bad(line) : line;
      const before = rows[index - 1];
      return before !== undefined && headingOf(before) === heading ? [shown] : [style.bold(heading), shown];
    })
    .map((line) => `${line}\n`)
    .join('');
}

function headingOf({ cycle, collector }: RetryRow): string {
  return cycle === null ? `${collector}, unknown cycle` : `${collector}, cycle of ${momentOf(Date.parse(cycle))}`;
}

function cellsOf(row: RetryRow): string[] {
  const what =
    row.outcome === 'retrying'
      ? `retry ${row.attempt ?? '?'} after ${row.delay_ms ?? '?'} ms`
      : `${row.attempts ?? '?'} tries in ${row.elapsed_ms ?? '?'} ms`;
  return [printable(row.operation), row.outcome, what, row.error_type ?? ''];
}
