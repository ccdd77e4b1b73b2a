/** The operations of `data`, one row each. */
import { clock } from '../../data/clock/clock';
import { compact } from '../../data/compact';
import { forget } from '../../data/forget';
import { importCsv } from '../../data/import-csv';
import { mergeFile } from '../../data/merge';
import type { DataContext, DataResult } from '../../data/operation';
import { renameDevice } from '../../data/rename';
import { renameLocation } from '../../data/rename-location';
import { restore } from '../../data/restore';
import { parseMoment } from '../../report/moment';
import type { Arguments } from '../arguments';

export interface Operation {
  name: string;
  /** how it is typed */
  usage: string;
  /** how many words follow its name */
  words: number;
  /** its flags beside --dry-run and --yes */
  flags?: readonly string[];
  help: string;
  examples: readonly string[];
  /** it deletes something: a person is asked first, and anybody else has to say --yes */
  asks?: boolean;
  run(words: readonly string[], context: DataContext, given: Arguments): Promise<DataResult>;
}

export const OPERATIONS: readonly Operation[] = [
  {
    name: 'restore',
    usage: 'restore FILE',
    words: 1,
    help: 'puts a backup in the place of readings.db; the one before is kept beside it.',
    examples: ['node bin/data.js restore /mnt/backup/readings.db             go back to a backup'],
    run: ([file = ''], context) => restore(file, context),
  },
  {
    name: 'merge',
    usage: 'merge FILE',
    words: 1,
    help: 'stores what another database has and this one lacks: a backup, a damaged one, one of another home.',
    examples: ['node bin/data.js merge data/readings.db.corrupt-…            save what a damaged database holds'],
    run: ([file = ''], context) => mergeFile(file, context),
  },
  {
    name: 'rename',
    usage: 'rename OLD NEW',
    words: 2,
    help: 'gives the readings of a device to another one: a replaced sensor goes on with the old history.',
    examples: ['node bin/data.js rename hue:00:…:01-02-0402 hue:00:…:07-02-0402'],
    run: ([from = '', to = ''], context) => renameDevice(from, to, context),
  },
  {
    name: 'rename-location',
    usage: 'rename-location OLD NEW',
    words: 2,
    help: 'gives past readings of a location its new name.',
    examples: ["node bin/data.js rename-location Office 'Guest room'"],
    run: ([from = '', to = ''], context) => renameLocation(from, to, context),
  },
  {
    name: 'forget',
    usage: 'forget DEVICE [--before T]',
    words: 1,
    flags: ['before'],
    help: 'deletes the readings of a device, after a question (--yes: without).',
    examples: ['node bin/data.js forget alexa:GAJ23005314600H3 --before 2026-01-01'],
    asks: true,
    run: ([device = ''], context, { values: { before } }) =>
      forget(device, before === undefined ? null : parseMoment('before', before, Date.now()), context),
  },
  {
    name: 'import',
    usage: 'import FILE.csv',
    words: 1,
    help: 'stores what report --format csv wrote; what is wrong is told by its line.',
    examples: [],
    run: ([file = ''], context) => importCsv(file, context),
  },
  {
    name: 'clock',
    usage: 'clock [--repair]',
    words: 0,
    flags: ['repair'],
    help: 'lists the cycles with a doubtful time; --repair moves them to the right one, as far as it is known.',
    examples: ['node bin/data.js clock                                       which cycles have a wrong time'],
    run: (_words, context, { switches }) => clock(switches.has('repair'), context),
  },
  {
    name: 'compact',
    usage: 'compact',
    words: 0,
    help: 'makes the file as small as its content; meanwhile, cycles wait in the spool.',
    examples: [],
    run: (_words, context) => compact(context),
  },
];

export function operationNamed(name: string | undefined): Operation | undefined {
  return OPERATIONS.find((operation) => operation.name === name);
}
