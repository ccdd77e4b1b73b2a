/** Opens a database, runs statements, prints `held`, and keeps it open until it is killed. */
import { Database } from '../../../lib/store/database';

const [, , , path = '', statements = ''] = process.argv;
// A reader opens it as a reader's tool does.
void Database.open(path, statements.includes('IMMEDIATE') ? 'read-write' : 'read-only').then(async (database) => {
  await database.exec(statements);
  console.log('held');
  setInterval(() => database, 60_000);
});
