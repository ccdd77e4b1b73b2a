/** The operations of `data`, one row each. */
import type { DataContext, DataResult } from '../../data/operation';
import { mergeFile } from '../../data/merge';
import { restore } from '../../data/restore';
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
  run(words: readonly string[], context: DataContext, given: Arguments): Promise<DataResult>;
}

export const OPERATIONS: readonly Operation[] = [
  {
    name: 'restore',
    usage: 'restore FILE',
    words: 1,
    help: 'puts a backup in the place of readings.db; the one before is kept beside it.',
    examples: ['node bin/data.js restore /mnt/backup/readings.db   go back to a backup'],
    run: ([file = ''], context) => restore(file, context),
  },
  {
    name: 'merge',
    usage: 'merge FILE',
    words: 1,
    help: 'stores what another database has and this one lacks: a backup, one that was set aside as damaged, another home.',
    examples: ['node bin/data.js merge data/readings.db.corrupt-…   save what a damaged database holds'],
    run: ([file = ''], context) => mergeFile(file, context),
  },
];

export function operationNamed(name: string | undefined): Operation | undefined {
  return OPERATIONS.find((operation) => operation.name === name);
}
