/** Another program that holds the database's write lock, until the test releases it. */
import { Database } from '../../lib/store/database';

export interface Holder {
  release(): Promise<void>;
}

/** @param file must exist; `BEGIN IMMEDIATE` locks other writers out, `BEGIN EXCLUSIVE` on a lock file locks all out */
export async function holdDatabase(file: string, statement = 'BEGIN IMMEDIATE'): Promise<Holder> {
  const database = await Database.open(file, 'create');
  database.setBusyTimeout(10_000);
  await database.exec(statement);
  return { release: () => database.close() };
}
