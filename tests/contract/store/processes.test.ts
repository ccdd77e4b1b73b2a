/** The database and the spool when several processes or users use them at once. */
import { chmodSync, chownSync, copyFileSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { readingsDatabase } from '../../../lib/store/readings-database';
import { spoolCycle, spooledFiles } from '../../../lib/store/spool';
import { isRoot, NOBODY } from '../../support/as-user';
import { resultOf, runChild, startChild } from '../../support/child';
import { keep, nthCycle } from '../../support/cycles';
import { query, readBack, scratch, type Scratch } from '../../support/storage';

const rootTest = isRoot ? test : test.skip;

let here: Scratch;
let path: string;
beforeEach(() => {
  here = scratch();
  path = here.path('readings.db');
});

const spool = (n: number) => spoolCycle(here.storage, here.logger, nthCycle(n));
const names = (folder: string) => (existsSync(here.path(folder)) ? readdirSync(here.path(folder)) : []);

test('two processes that replay at once store everything exactly once', async () => {
  for (let n = 0; n < 250; n++) spool(n);
  const children = [0, 1].map(() => startChild('replay-spool', [here.storage.data_directory]));
  const results = await Promise.all(children.map(resultOf));
  expect(results).toMatchObject([{ code: 0 }, { code: 0 }]);
  expect(names('spool')).toEqual([]);
  expect(names('spool-damaged')).toEqual([]);
  const counted = await query(
    here.path('readings.db'),
    'SELECT (SELECT count(*) FROM cycles) AS cycles, (SELECT count(*) FROM readings) AS readings',
  );
  expect(counted).toEqual([{ cycles: 250, readings: 500 }]);
});

rootTest('a file that cannot be read waits for better days, the others are stored (needs root)', async () => {
  for (const n of [1, 2]) spool(n);
  const [unreadable = ''] = spooledFiles(here.storage);
  for (const folder of ['', 'spool']) chmodSync(here.path(folder), 0o777);
  chmodSync(spooledFiles(here.storage)[1] ?? '', 0o644);
  const { code } = await runChild('replay-spool', [here.storage.data_directory], { uid: NOBODY });
  expect(code).toBe(0);
  expect(spooledFiles(here.storage)).toEqual([unreadable]);
  expect(await readBack(here.path('readings.db'))).toHaveLength(1);
});

rootTest('side files of another owner: the error names them and the command (needs root)', async () => {
  chownSync(here.storage.data_directory, NOBODY, NOBODY);
  const store = readingsDatabase(here.storage, here.logger);
  await keep(store, nthCycle(1));
  for (const suffix of ['-wal', '-shm']) copyFileSync(path + suffix, here.path(`kept${suffix}`));
  await store.close();
  for (const suffix of ['-wal', '-shm']) {
    copyFileSync(here.path(`kept${suffix}`), path + suffix);
    chownSync(path + suffix, 0, 0); // from Node.js 22 on a copy that root makes keeps its owner
    chmodSync(path + suffix, 0o644);
  }
  const { stdout } = await runChild('store-cycle', [here.storage.data_directory, '2'], { uid: NOBODY });
  expect(JSON.parse(stdout)).toMatchObject({
    type: 'database_readonly',
    permanent: true,
    message: expect.stringMatching(/readings\.db-wal, which belongs to user 0: permission denied/) as string,
    remediation: expect.stringMatching(
      /^Give all of it .*: sudo chown -R \d+ '[^']*' && chmod -R u\+rwX '[^']*'$/,
    ) as string,
  });
  // Nothing was deleted, and with the right owner everything works again.
  for (const suffix of ['-wal', '-shm']) chownSync(path + suffix, NOBODY, NOBODY);
  const { stdout: later } = await runChild('store-cycle', [here.storage.data_directory, '2'], { uid: NOBODY });
  expect(JSON.parse(later)).toMatchObject({ stored: 2 });
});

rootTest('a read-only directory: the error names it and the command (needs root)', async () => {
  mkdirSync(here.path('data'), { mode: 0o755 });
  const { stdout } = await runChild('store-cycle', [here.path('data'), '1'], { uid: NOBODY });
  expect(JSON.parse(stdout)).toMatchObject({ message: expect.stringContaining('permission denied') as string });
});
