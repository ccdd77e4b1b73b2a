/** `report cycles` on a terminal: one line for each collector, and one for each of the last cycles. */
import { printable } from '../../wording';
import { summarize, type CycleRow } from '../cycles';
import { momentOf } from '../moment';
import { columns, cut, type Alignment, type Style } from '../text';

const SHOWN = 20;
const right = (count: number): Alignment[] => Array.from({ length: count }, () => 'right');

export function renderCycles(cycles: readonly CycleRow[], style: Style): string {
  if (cycles.length === 0) return 'No cycles in this time.\n';
  const summary = summarize(cycles).map((each) =>
    [
      each.collector,
      each.cycles,
      each.ok,
      each.partial,
      each.failed,
      each.median_ms,
      each.p95_ms,
      each.max_ms,
      each.mean_bytes,
      each.requests,
      each.retries,
      each.longest_lock_ms,
    ].map(String),
  );
  const summaryHeader =
    'COLLECTOR,CYCLES,OK,PARTIAL,FAILED,MEDIAN ms,P95 ms,MAX ms,MEAN bytes,REQUESTS,RETRIES,LOCK ms';
  const shown = cycles.slice(-SHOWN);
  const header = ['STARTED', 'COLLECTOR', 'OUTCOME', 'ms', 'READINGS', 'BYTES', 'RETRIES', 'ENDPOINT', 'ERROR'];
  const list = columns([header, ...shown.map(rowOf)], ['left', 'left', 'left', ...right(4), 'left', 'left']).map(
    (line, index) => {
      if (index === 0) return style.faint(line);
      return shown[index - 1]?.outcome === 'ok' ? line : style.bad(line);
    },
  );
  const heading = cycles.length > SHOWN ? [`The last ${SHOWN} of ${cycles.length} cycles:`] : [];
  return [...columns([summaryHeader.split(','), ...summary], ['left', ...right(11)]), '', ...heading, ...list]
    .map((line) => `${line}\n`)
    .join('');
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
    cycle.error_type === null ? '' : cut(printable(`${cycle.error_type}: ${cycle.error ?? ''}`), 100),
  ];
}
