/** The same, and one commit: what a cycle cannot do without, whoever writes it. */
import { get } from 'node:http';
import { join } from 'node:path';
import { Database } from '../../../lib/store/database';

const [, , installation = '', url = ''] = process.argv;

async function commit(): Promise<void> {
  const database = await Database.open(join(installation, 'profile.db'), 'create');
  await database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE IF NOT EXISTS t (a);
    BEGIN IMMEDIATE; INSERT INTO t VALUES (1); COMMIT`);
  await database.close();
  process.exit(0);
}

get(url, { agent: false }, (answer) => {
  answer.on('data', () => undefined).on('end', () => void commit());
});
