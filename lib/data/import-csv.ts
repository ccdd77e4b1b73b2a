/** `data import FILE.csv`: stores what `report --format csv` wrote; what is wrong is told by its line. */
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { asMonitorError } from '../errors';
import { EXIT } from '../exit-codes';
import { fileError } from '../files/file-error';
import { plural } from '../wording';
import { csvRows, type CsvRow } from './csv';
import { columnsOf, readingOf, type Columns } from './csv-readings';
import { importInto } from './import-groups';
import { refusal, type DataContext, type DataResult } from './operation';
import { groupsOf, type TimedReading } from './store-readings';

/** So many faults are shown; all are counted. */
const SHOWN = 8;

interface Faults {
  count: number;
  shown: string[];
}

/** @throws BrokenOff, MonitorError `refused` if it is not such a file, `file_system` */
export async function importCsv(file: string, context: DataContext): Promise<DataResult> {
  const path = resolve(file);
  refuseOther(path);
  const rows = csvRows(path);
  const columns = await headerOf(path, rows);
  const faults: Faults = { count: 0, shown: [] };
  const groups = groupsOf(readingsOf(path, rows, columns, faults));
  const counts = await importInto(groups, context);
  const verb = context.dryRun ? 'would be stored' : 'stored';
  const more = faults.count - faults.shown.length;
  return {
    exitCode: faults.count === 0 ? EXIT.done : EXIT.partial,
    lines: [
      `${path}: ${plural(counts.stored, 'reading')} ${verb}; ${plural(counts.known, 'reading')} of it were here already.`,
      ...(faults.count === 0 ? [] : [`${plural(faults.count, 'line')} could not be read:`, ...faults.shown]),
      ...(more === 0 ? [] : [`and ${String(more)} more`]),
    ],
    details: {
      ...{ file: path, dry_run: context.dryRun, readings_stored: counts.stored, readings_known: counts.known },
      ...{ lines_unreadable: faults.count, faults: faults.shown },
    },
  };
}

function refuseOther(path: string): void {
  try {
    if (!statSync(path).isFile()) throw refusal(`${path} is not a file.`, 'Name a file.', 'file_system');
  } catch (thrown) {
    throw fileError('read', path, thrown);
  }
}

async function headerOf(path: string, rows: AsyncGenerator<CsvRow>): Promise<Columns> {
  try {
    const first = await rows.next();
    if (first.done === true) throw new Error('it is empty');
    return columnsOf(first.value.cells);
  } catch (thrown) {
    const failure = asMonitorError(thrown);
    if (failure.type !== 'internal') throw failure;
    throw refusal(
      `${path}:1: ${failure.message}: nothing was stored.`,
      'Give a file that report --format csv has written.',
    );
  }
}

async function* readingsOf(
  path: string,
  rows: AsyncGenerator<CsvRow>,
  columns: Columns,
  faults: Faults,
): AsyncGenerator<TimedReading> {
  const fault = (line: number, thrown: unknown) => {
    faults.count++;
    if (faults.shown.length < SHOWN) faults.shown.push(`${path}:${String(line)}: ${asMonitorError(thrown).message}`);
  };
  try {
    for await (const row of rows) {
      let reading: TimedReading;
      try {
        reading = readingOf(columns, row);
      } catch (thrown) {
        fault(row.line, thrown);
        continue;
      }
      yield reading;
    }
  } catch (thrown) {
    const failure = asMonitorError(thrown);
    const [, line] = /^line (\d+): /.exec(failure.message) ?? [];
    if (failure.type !== 'internal' || line === undefined) throw thrown;
    fault(Number(line), new Error(failure.message.replace(/^line \d+: /, '')));
  }
}
