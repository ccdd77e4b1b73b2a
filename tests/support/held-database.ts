/** Another program that holds the database's write lock, as long as the test wants. */
import { Database } from '../../lib/store/database';

export interface Holder {
  release(): Promise<void>;
}

/** @param file must exist; `BEGIN IMMEDIATE` keeps other writers out, `BEGIN EXCLUSIVE` on a lock file keeps all out */
export async function holdDatabase(file: string, statement = 'BEGIN IMMEDIATE'): Promise<Holder> {
  const database = await Database.open(file, 'create');
  database.setBusyTimeout(10_000);
  await database.exec(statement);
  return { release: () => database.close() };
}
