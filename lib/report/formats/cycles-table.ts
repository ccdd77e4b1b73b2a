/** `report cycles` on a terminal: one line for each collector, and one for each of the last cycles. */
import { printable } from '../../wording';
import { summarize, type CycleRow, type CyclesSummary } from '../cycles';
import { momentOf } from '../moment';
import { columns, wrapped, type Alignment, type Style } from '../text';

const SHOWN = 20;
const right = (count: number): Alignment[] => Array.from({ length: count }, () => 'right');

/** @param width of the terminal; null: any */
export function renderCycles(cycles: readonly CycleRow[], style: Style, width: number | null = null): string {
  if (cycles.length === 0) return 'No cycles in this time.\n';
  const shown = cycles.slice(-SHOWN);
  const header = ['STARTED', 'COLLECTOR', 'OUTCOME', 'ms', 'STORED', 'BYTES', 'RETRY', 'ENDPOINT'];
  const [first = '', ...lines] = columns([header, ...shown.map(rowOf)], ['left', 'left', 'left', ...right(4), 'left']);
  const list = shown.flatMap((cycle, n) => {
    const line = lines[n] ?? '';
    return cycle.outcome === 'ok' ? [line] : [line, ...errorOf(cycle, width)].map(style.bad);
  });
  const heading = cycles.length > SHOWN ? [`The last ${SHOWN} of ${cycles.length} cycles:`] : [];
  return [...summaryOf(cycles, style), '', ...heading, style.faint(first), ...list].map((line) => `${line}\n`).join('');
}

/** A column for each collector. */
function summaryOf(cycles: readonly CycleRow[], style: Style): string[] {
  const each = summarize(cycles);
  const row = (title: string, value: (of: CyclesSummary) => number | string) => [
    title,
    ...each.map((of) => String(value(of))),
  ];
  const [first = '', ...lines] = columns(
    [
      row('', ({ collector }) => collector),
      row('cycles', ({ cycles: all }) => all),
      row('ok', ({ ok }) => ok),
      row('partial', ({ partial }) => partial),
      row('failed', ({ failed }) => failed),
      row('median ms', ({ median_ms }) => median_ms),
      row('95th percentile ms', ({ p95_ms }) => p95_ms),
      row('longest ms', ({ max_ms }) => max_ms),
      row('mean bytes', ({ mean_bytes }) => mean_bytes),
      row('requests', ({ requests }) => requests),
      row('retries', ({ retries }) => retries),
      row('longest lock ms', ({ longest_lock_ms }) => longest_lock_ms),
    ],
    ['left', ...right(each.length)],
  );
  return [style.faint(first), ...lines];
}

function rowOf(cycle: CycleRow): string[] {
  return [
    momentOf(Date.parse(cycle.started_at)),
    cycle.collector,
    cycle.outcome,
    String(cycle.duration_ms),
    String(cycle.readings_stored),
    String(cycle.payload_bytes),
    String(cycle.retries),
    cycle.endpoint ?? '',
  ];
}

function errorOf({ error_type, error }: CycleRow, width: number | null): string[] {
  return error_type === null ? [] : wrapped(`  ${printable(`${error_type}: ${error ?? ''}`)}`, width);
}
