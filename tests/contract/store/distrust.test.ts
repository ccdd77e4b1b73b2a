/** Somebody may have put a prepared database in the place of ours: with either driver it is opened with distrust. */
import { Database } from '../../../lib/store/database';
import { useDriver } from '../../../lib/store/driver';
import { nodeSqliteDriver } from '../../../lib/store/node-sqlite';
import { scratch } from '../../support/storage';

const own = nodeSqliteDriver();
const drivers = [['the package', null], ...(own === null ? [] : [['node:sqlite', own] as const])] as const;
afterEach(() => useDriver(null));

test.each(drivers)(
  '%s: views and triggers may do nothing, pages are checked, the schema stays',
  async (_name, driver) => {
    useDriver(driver);
    const { path } = scratch();
    const file = path('planted.db');
    await (await Database.open(file, 'create')).close();
    for (const mode of ['read-only', 'read-write', 'immutable', 'create'] as const) {
      const database = await Database.open(file, mode);
      expect(await database.get('PRAGMA trusted_schema')).toEqual({ trusted_schema: 0 });
      expect(await database.get('PRAGMA cell_size_check')).toEqual({ cell_size_check: 1 });
      // Only this driver can be told so.
      if (driver !== null && mode === 'create') {
        await database.exec('CREATE TABLE t (a); PRAGMA writable_schema = ON');
        await expect(database.exec("UPDATE sqlite_schema SET sql = 'x'")).rejects.toThrow('may not be modified');
      }
      await database.close();
    }
  },
);
