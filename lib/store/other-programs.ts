/** Another program's database may lie where ours should; `PRAGMA user_version` alone cannot show that. */
import { MonitorError } from '../errors';
import { shellQuoted } from '../wording';
import type { Database } from './database';

/** Every version of ours has them, a later one will, too. */
const LASTING_TABLES = ['word', 'reading'];

/**
 * @param version of the schema; 0: nothing of ours was ever made in it
 * @throws MonitorError `future_schema`, so that it is never touched, if there are tables, but not ours
 */
export async function refuseOtherPrograms(database: Database, version: number): Promise<void> {
  const names = (await database.all<{ name: string }>('SELECT name FROM sqlite_schema')).map(({ name }) => name);
  const isOurs = version === 0 ? names.length === 0 : LASTING_TABLES.every((own) => names.includes(own));
  if (isOurs) return;
  const [name] = names;
  const has = name === undefined ? 'it has no tables' : `it has "${name}"`;
  throw new MonitorError(`${database.path} is a database of another program (${has}).`, {
    type: 'future_schema',
    permanent: true,
    remediation: {
      say: 'Move it away, or set storage.data_directory in config.yaml',
      command: `mv ${shellQuoted(database.path)} ${shellQuoted(`${database.path}.other`)}`,
    },
  });
}
