/** `data rename-location OLD NEW`: past readings get another name of the room. */
import { nearest } from '../config/nearest';
import { EXIT } from '../exit-codes';
import type { Database } from '../store/database';
import { plural } from '../wording';
import { backUpFirst } from './backup-first';
import { refusal, type DataContext, type DataResult } from './operation';
import { inTransaction, refuseMissingDatabase, withOwnDatabase } from './own-database';

/** @throws MonitorError `refused` if no reading is of the old room */
export async function renameLocation(from: string, to: string, context: DataContext): Promise<DataResult> {
  refuseMissingDatabase(context);
  if (from === to) throw refusal(`${from} has this name already.`, 'Name two rooms.', 'usage');
  return await withOwnDatabase(context, async (database) => {
    const readings = await countIn(database, from);
    if (readings === 0) throw await unknownRoom(database, from);
    const already = await countIn(database, to);
    const joins = already === 0 ? '' : `, beside ${plural(already, 'reading')} that are of it already`;
    const details = { old: from, new: to, readings, dry_run: context.dryRun };
    const what = `${plural(readings, 'reading')} of ${from}`;
    if (context.dryRun) {
      return { exitCode: EXIT.done, lines: [`${what} would become readings of ${to}${joins}.`], details };
    }
    const backup = await backUpFirst(database, 'rename-location', context);
    context.progress('renaming');
    await inTransaction(database, context, async () => {
      await database.run('INSERT INTO word (text) VALUES (?) ON CONFLICT DO NOTHING', to);
      await database.run(
        `UPDATE reading SET location = (SELECT id FROM word WHERE text = ?)
         WHERE location = (SELECT id FROM word WHERE text = ?)`,
        to,
        from,
      );
    });
    return {
      exitCode: EXIT.done,
      lines: [
        `${what} are readings of ${to} now${joins}.`,
        'New readings have the name that the device, or locations in config.yaml, gives them.',
        ...backup.lines,
      ],
      details: { ...details, backup: backup.path },
    };
  });
}

async function countIn(database: Database, location: string): Promise<number> {
  const sql = 'SELECT count(*) AS n FROM reading WHERE location = (SELECT id FROM word WHERE text = ?)';
  return (await database.get<{ n: number }>(sql, location))?.n ?? 0;
}

async function unknownRoom(database: Database, location: string): Promise<Error> {
  const rows = await database.all<{ text: string }>(
    'SELECT text FROM word WHERE id IN (SELECT DISTINCT location FROM reading) ORDER BY text',
  );
  const rooms = rows.map(({ text }) => text);
  const near = nearest(location, rooms);
  return refusal(
    `No reading of ${location} is stored${near === undefined ? '' : ` (did you mean ${near}?)`}.`,
    `Name a room of the database: ${rooms.length === 0 ? 'there is none' : `there are ${rooms.slice(0, 20).join(', ')}`}.`,
  );
}
