/** `data merge` of the database of the Python project that this program follows. */
import { EXIT } from '../exit-codes';
import { plural } from '../wording';
import { importInto } from './import-groups';
import type { DataContext, DataResult } from './operation';
import { pythonReadings, type PythonSkipped } from './python-database';
import { openWhole, type SourceFile } from './source-file';
import { groupsOf } from './store-readings';

/** Rows on damaged pages are left out, like those that this program does not know. */
export async function mergePython({ path, whole, damage }: SourceFile, context: DataContext): Promise<DataResult> {
  const skipped: PythonSkipped = { other_devices: 0, unreadable: 0 };
  const source = await openWhole(whole ?? path);
  try {
    const counts = await importInto(groupsOf(pythonReadings(source, skipped)), context);
    const verb = context.dryRun ? 'would be stored' : 'stored';
    const left = skipped.other_devices + skipped.unreadable;
    const isWhole = left === 0 && damage === 'ok';
    return {
      exitCode: isWhole ? EXIT.done : EXIT.partial,
      lines: [
        `${path}: ${plural(counts.stored, 'reading')} ${verb}; ${plural(counts.known, 'reading')} of it were here already.`,
        'It has no cycles, so that gaps are counted only from the first cycle of this program on.',
        ...(damage === 'ok' ? [] : [`It is damaged (${damage}).`]),
        ...(left === 0
          ? []
          : [
              `Left out: ${plural(skipped.other_devices, 'reading')} of thermostats and of the weather, and ` +
                `${plural(skipped.unreadable, 'row')} without a time, a device or a temperature, or on damaged pages.`,
            ]),
      ],
      details: {
        ...{ file: path, dry_run: context.dryRun, readings_stored: counts.stored, readings_known: counts.known },
        readings_skipped: skipped,
        ...(damage === 'ok' ? {} : { damage }),
      },
    };
  } finally {
    await source.close();
  }
}
