/** Stores what another database of ours has and this one lacks; the other one is attached as `theirs`. */
import type { Database } from '../store/database';
import { IMPORTED } from '../store/schema';

export interface Stored {
  cycles: number;
  readings: number;
}

/** Columns that both have, apart from those that say which cycle, device or word is meant. */
interface Columns {
  /** of `cycle`: numbers of words, which are other numbers in the other database */
  words: readonly string[];
  cycle: readonly string[];
  reading: readonly string[];
}

export async function columnsOfBoth(database: Database): Promise<Columns> {
  const both = async (table: string) => {
    const rows = await database.all<{ name: string }>(
      `SELECT o.name FROM pragma_table_info(?1, 'main') o
       WHERE o.name IN (SELECT name FROM pragma_table_info(?1, 'theirs')) ORDER BY o.cid`,
      table,
    );
    return rows.map(({ name }) => name);
  };
  const references = await database.all<{ from: string }>(
    `SELECT "from" FROM pragma_foreign_key_list('cycle', 'main') WHERE "table" = 'word'`,
  );
  const isWord = new Set(references.map(({ from }) => from));
  const cycle = (await both('cycle')).filter((name) => name !== 'id');
  const keys = ['cycle', 'device', 'location'];
  return {
    words: cycle.filter((name) => isWord.has(name)),
    cycle: cycle.filter((name) => !isWord.has(name)),
    reading: (await both('reading')).filter((name) => !keys.includes(name)),
  };
}

/** Afterwards `their_word` says which word of ours each of theirs is. The words must be stored already, to be known. */
export async function matchWords(database: Database): Promise<void> {
  await database.exec(
    `CREATE TEMP TABLE IF NOT EXISTS their_word (id INTEGER PRIMARY KEY, ours INTEGER NOT NULL);
     CREATE TEMP TABLE IF NOT EXISTS their_cycle (id INTEGER PRIMARY KEY, ours INTEGER NOT NULL, started_at TEXT NOT NULL);
     DELETE FROM temp.their_word;
     INSERT INTO temp.their_word
       SELECT t.id, o.id FROM theirs.word t NOT INDEXED CROSS JOIN main.word o ON o.text = t.text`,
  );
}

export const STORE_WORDS =
  'INSERT INTO main.word (text) SELECT text FROM theirs.word NOT INDEXED WHERE true ON CONFLICT DO NOTHING';

const ours = (column: string) => `(SELECT ours FROM temp.their_word WHERE id = t.${column})`;

/** Inside of a transaction: their cycles with these ids, and their readings. */
export async function mergeCycles(
  database: Database,
  columns: Columns,
  afterId: number,
  lastId: number,
): Promise<Stored> {
  const all = [...columns.words, ...columns.cycle];
  const imported = `(SELECT id FROM main.word WHERE text = '${IMPORTED}')`;
  const stored: Stored = { cycles: 0, readings: 0 };
  // A cycle of which only readings had been stored gets its own row.
  await database.run(
    `INSERT INTO main.cycle (${all.join(', ')})
     SELECT ${[...columns.words.map(ours), ...columns.cycle.map((name) => `t.${name}`)].join(', ')}
     FROM theirs.cycle t NOT INDEXED
     WHERE t.id > ? AND t.id <= ? AND ${ours('collector')} IS NOT NULL AND ${ours('outcome')} IS NOT NULL ORDER BY t.id
     ON CONFLICT (started_at, collector) DO UPDATE SET ${all.map((name) => `${name} = excluded.${name}`).join(', ')}
     WHERE cycle.outcome IS ${imported} AND excluded.outcome IS NOT ${imported}`,
    afterId,
    lastId,
  );
  stored.cycles = await changes(database);
  await database.exec(
    `DELETE FROM temp.their_cycle;
     INSERT INTO temp.their_cycle SELECT t.id, o.id, o.started_at FROM theirs.cycle t NOT INDEXED
     CROSS JOIN main.cycle o ON o.started_at = t.started_at AND o.collector = ${ours('collector')}
     WHERE t.id > ${String(afterId)} AND t.id <= ${String(lastId)}`,
  );
  await database.run(
    `INSERT INTO main.device (device_id, device_type, last_cycle)
     SELECT t.device_id, t.device_type, (SELECT k.ours FROM theirs.reading r JOIN temp.their_cycle k ON k.id = r.cycle
       WHERE r.cycle > ?1 AND r.cycle <= ?2 AND r.device = t.id LIMIT 1) AS found
     FROM theirs.device t NOT INDEXED
     WHERE found IS NOT NULL AND t.device_id NOT IN (SELECT device_id FROM main.device)`,
    afterId,
    lastId,
  );
  await database.run(
    `INSERT INTO main.reading (cycle, device, location, ${columns.reading.join(', ')})
     SELECT k.ours, o.id, w.ours, ${columns.reading.map((name) => `t.${name}`).join(', ')}
     FROM theirs.reading t CROSS JOIN temp.their_cycle k ON k.id = t.cycle
     CROSS JOIN theirs.device d ON d.id = t.device CROSS JOIN main.device o ON o.device_id = d.device_id
     CROSS JOIN temp.their_word w ON w.id = t.location
     WHERE t.cycle > ? AND t.cycle <= ? ON CONFLICT DO NOTHING`,
    afterId,
    lastId,
  );
  stored.readings = await changes(database);
  await database.run(
    `UPDATE main.device SET last_cycle = newest.cycle
     FROM (SELECT d.device_id, k.ours AS cycle, max(k.started_at) AS started_at
       FROM theirs.reading t CROSS JOIN temp.their_cycle k ON k.id = t.cycle CROSS JOIN theirs.device d ON d.id = t.device
       WHERE t.cycle > ? AND t.cycle <= ? GROUP BY t.device) newest
     WHERE newest.device_id = device.device_id
       AND newest.started_at > (SELECT started_at FROM main.cycle WHERE id = device.last_cycle)`,
    afterId,
    lastId,
  );
  return stored;
}

async function changes(database: Database): Promise<number> {
  return (await database.get<{ changed: number }>('SELECT changes() AS changed'))?.changed ?? 0;
}

/** Without changing anything: what `mergeCycles` would store of all of it. */
export async function countMissing(database: Database): Promise<Stored> {
  const found = await database.get<Stored>(
    `SELECT
       (SELECT count(*) FROM theirs.cycle t NOT INDEXED LEFT JOIN main.cycle o
          ON o.started_at = t.started_at AND o.collector = ${ours('collector')} WHERE o.id IS NULL) AS cycles,
       (SELECT count(*) FROM theirs.reading t CROSS JOIN theirs.cycle c ON c.id = t.cycle
          CROSS JOIN theirs.device d ON d.id = t.device
          LEFT JOIN main.device o ON o.device_id = d.device_id
          LEFT JOIN main.cycle k ON k.started_at = c.started_at
            AND k.collector = (SELECT ours FROM temp.their_word WHERE id = c.collector)
          LEFT JOIN main.reading r ON r.cycle = k.id AND r.device = o.id
          WHERE r.cycle IS NULL) AS readings`,
  );
  return found ?? { cycles: 0, readings: 0 };
}

export interface Contents extends Stored {
  lastId: number;
  /** readings whose cycle, device or room is on a page that is lost */
  lost: number;
}

export async function contentsOf(database: Database, isDamaged: boolean): Promise<Contents> {
  const found = await database.get<Contents>(
    `SELECT (SELECT count(*) FROM theirs.cycle NOT INDEXED) AS cycles,
       (SELECT count(*) FROM theirs.reading) AS readings,
       (SELECT coalesce(max(id), 0) FROM theirs.cycle NOT INDEXED) AS lastId,
       ${
         isDamaged
           ? `(SELECT count(*) FROM theirs.reading t WHERE t.cycle NOT IN (SELECT id FROM theirs.cycle)
                OR t.device NOT IN (SELECT id FROM theirs.device) OR t.location NOT IN (SELECT id FROM theirs.word))`
           : '0'
       } AS lost`,
  );
  return found ?? { cycles: 0, readings: 0, lastId: 0, lost: 0 };
}

/** The id up to which so many cycles come after another; null if there is none. */
export async function nthAfter(database: Database, afterId: number, size: number): Promise<number | null> {
  const found = await database.get<{ last: number | null }>(
    'SELECT max(id) AS last FROM (SELECT id FROM theirs.cycle NOT INDEXED WHERE id > ? ORDER BY id LIMIT ?)',
    afterId,
    size,
  );
  return found?.last ?? null;
}
