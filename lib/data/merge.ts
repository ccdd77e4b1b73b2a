/** `data merge FILE`: stores what another database has and this one lacks, each reading and cycle exactly once. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { EXIT } from '../exit-codes';
import { isDamaged } from '../store/confirm-damage';
import { createDatabase } from '../store/create-database';
import { Database } from '../store/database';
import { lockDatabase, whileAlone } from '../store/database-lock';
import { databasePath } from '../store/files';
import { setAside } from '../store/set-aside';
import { plural } from '../wording';
import {
  columnsOfBoth,
  contentsOf,
  countMissing,
  matchWords,
  mergeCycles,
  nthAfter,
  STORE_WORDS,
  type Contents,
  type Stored,
} from './merge-tables';
import { mergePython } from './merge-python';
import { refusal, type DataContext, type DataResult } from './operation';
import { inTransaction, withOwnDatabase } from './own-database';
import { salvage, type Salvaged } from './salvage/salvage';
import { inShortSteps } from './short-steps';
import { isOwnDatabase, openSourceFile, openWhole, type SourceFile } from './source-file';
import { withWorkFolder } from './work-folder';

/**
 * @param file may be the own database, if it is damaged: it is first set aside, as the next cycle would do
 * @throws BrokenOff, MonitorError `refused`, `file_system`, `future_schema`, `usage`
 */
export async function mergeFile(file: string, context: DataContext): Promise<DataResult> {
  const isOwn = isOwnDatabase(file, context);
  const path = isOwn ? await setOwnAside(file, context) : file;
  return await withWorkFolder(context, async (folder) => {
    const source = await openSourceFile(path, 'quick_check', context, folder);
    if (source.kind === 'empty') throw refusal(`${source.path} holds no tables.`, 'Name another file.');
    if (source.kind === 'other') {
      throw refusal(`${source.path} is a database of another program.`, 'Name a database of this program.');
    }
    if (source.kind === 'python') return await mergePython(source, context);
    const merge = context.dryRun ? counting(isOwn) : storing;
    if (source.whole !== null) return resultOf(source, null, await merge(source.whole, false, context), context);
    const readable = join(folder(), 'readable.db');
    const salvaged = await salvage(source.path, source.walPath, readable, context);
    const merged = await merge(readable, true, context);
    if (merged.contents.readings + merged.contents.cycles === 0) {
      throw refusal(`Nothing of ${source.path} can be read (${source.damage}).`, 'Try another copy of it.');
    }
    return resultOf(source, salvaged, merged, context);
  });
}

/** @returns where it is now; a dry run leaves it where it is */
async function setOwnAside(file: string, { storage, logger, signal, dryRun }: DataContext): Promise<string> {
  const path = databasePath(storage.data_directory);
  return await whileAlone(
    storage,
    async () => {
      if (!(await isDamaged(path, { busyTimeoutMs: storage.busy_timeout_ms, signal }))) {
        throw refusal(`${path} is the database of the collectors itself, and sound.`, 'Name another file.', 'usage');
      }
      if (dryRun) return file;
      const aside = setAside(path, 'damaged', logger);
      await createDatabase(storage, logger);
      return aside ?? file;
    },
    signal,
  );
}

interface Merged {
  contents: Contents;
  stored: Stored;
}

function resultOf(
  { path, damage }: SourceFile,
  salvaged: Salvaged | null,
  { contents, stored }: Merged,
  { dryRun }: DataContext,
): DataResult {
  const details = {
    file: path,
    dry_run: dryRun,
    readings_stored: stored.readings,
    cycles_stored: stored.cycles,
    readings_known: contents.readings - contents.lost - stored.readings,
    cycles_known: contents.cycles - stored.cycles,
  };
  const what = sentenceOf(stored, dryRun);
  const lines = [`${path}: ${what}; ${plural(details.readings_known, 'reading')} of it were here already.`];
  if (salvaged === null) return { exitCode: EXIT.done, lines, details };
  const lost = contents.lost === 0 ? '' : `, and ${plural(contents.lost, 'reading')} could not be placed`;
  return {
    exitCode: EXIT.partial,
    lines: [
      ...lines,
      `It is damaged (${damage}): ${salvaged.damagedPages} of ${plural(salvaged.pages, 'page')} could not be read${lost}.`,
    ],
    details: {
      ...details,
      ...{ damage, pages: salvaged.pages, damaged_pages: salvaged.damagedPages, readings_lost: contents.lost },
    },
  };
}

function sentenceOf({ readings, cycles }: Stored, dryRun = false): string {
  const are = dryRun ? 'would be stored' : 'stored';
  return `${plural(readings, 'reading')} of ${plural(cycles, 'new cycle')} ${are}`;
}

/** @param whole a file that nobody changes, with everything in it that can be read */
type Merge = (whole: string, isDamaged: boolean, context: DataContext) => Promise<Merged>;

const storing: Merge = (whole, isDamaged, context) =>
  withOwnDatabase(context, async (database) => {
    await database.attach(whole, 'theirs');
    const contents = await contentsOf(database, isDamaged);
    const stored: Stored = { cycles: 0, readings: 0 };
    let id = 0;
    let columns: Awaited<ReturnType<typeof columnsOfBoth>> | null = null;
    const step = async (size: number): Promise<boolean> => {
      if (columns === null) {
        await inTransaction(database, context, () => database.exec(STORE_WORDS));
        await matchWords(database);
        columns = await columnsOfBoth(database);
      }
      const known = columns;
      const last = await nthAfter(database, id, size);
      if (last === null) return false;
      const added = await inTransaction(database, context, () => mergeCycles(database, known, id, last));
      stored.cycles += added.cycles;
      stored.readings += added.readings;
      id = last;
      context.progress(
        `${plural(stored.readings, 'reading')} stored, ${String(Math.floor((100 * id) / contents.lastId))} %`,
      );
      return true;
    };
    await inShortSteps(context, step, () => ({
      sentence: `So far ${sentenceOf(stored)}.`,
      details: { readings_stored: stored.readings, cycles_stored: stored.cycles },
    }));
    return { contents, stored };
  });

/** @param isAlone nothing is in the database yet: there is none, or it would be set aside */
const counting =
  (isAlone: boolean): Merge =>
  async (whole, isDamaged, { storage, signal }) => {
    const own = databasePath(storage.data_directory);
    const isThere = !isAlone && existsSync(own);
    const lock = isThere ? await lockDatabase(storage, signal) : null;
    const database = isThere ? await Database.open(own, 'read-write') : await openWhole(whole);
    try {
      database.setBusyTimeout(storage.busy_timeout_ms);
      await database.attach(whole, 'theirs');
      const contents = await contentsOf(database, isDamaged);
      if (!isThere) return { contents, stored: { ...contents, readings: contents.readings - contents.lost } };
      await matchWords(database);
      return { contents, stored: await countMissing(database) };
    } finally {
      await database.close();
      await lock?.release();
    }
  };
