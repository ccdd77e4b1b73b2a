import { databaseError } from '../../../lib/store/database-error';

test.each([
  ['SQLITE_BUSY', 'database_locked', false],
  ['SQLITE_LOCKED', 'database_locked', false],
  ['SQLITE_FULL', 'database_full', false],
  ['SQLITE_IOERR', 'database_io', false],
  ['SQLITE_READONLY', 'database_readonly', true],
  ['SQLITE_CANTOPEN', 'database_readonly', true],
  ['SQLITE_CORRUPT', 'database_corrupt', true],
  ['SQLITE_NOTADB', 'database_corrupt', true],
  ['SQLITE_ERROR', 'internal', true],
])('%s is %s, permanent: %s, with what to do', (code, type, permanent) => {
  const error = databaseError('/no/such/readings.db', { code, message: `${code}: so it is` });
  expect(error).toMatchObject({ type, permanent, message: expect.stringContaining('so it is') as string });
  expect(error.remedy.command).not.toBe('');
});
