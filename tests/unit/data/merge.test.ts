/** `data merge`: each reading and cycle exactly once, whatever file it comes from. */
import { copyFileSync, readFileSync, readdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { mergeFile } from '../../../lib/data/merge';
import { BrokenOff } from '../../../lib/data/operation';
import { salvage } from '../../../lib/data/salvage/salvage';
import { QUANTITY_NAMES } from '../../../lib/quantities';
import { Database } from '../../../lib/store/database';
import { MIGRATIONS } from '../../../lib/store/schema';
import { cycleOf, hueReading, nthCycle } from '../../support/cycles';
import { dataHome, type DataHome } from '../../support/data';
import { query, readBack } from '../../support/storage';
import { failureOf } from '../../support/thrown';

const cycles = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => nthCycle(from + n));
const ordered = (path: string) => query(path, 'SELECT * FROM readings ORDER BY timestamp, device_id');

describe('a backup', () => {
  it('adds what is missing, exactly once, and changes nothing that is there', async () => {
    const other = await dataHome([...cycles(0, 60), nthCycle(3, 'amazon_aqm')]);
    const own = await dataHome(cycles(50, 80));
    await own.keep(cycleOf(nthCycle(55).record.started_at, 'hue', [])); // known already: stays as it is
    const before = await readBack(own.database);

    const first = await mergeFile(other.database, own.context);
    expect(first).toMatchObject({
      exitCode: 0,
      details: { readings_stored: 102, cycles_stored: 51, readings_known: 20, cycles_known: 10 },
    });
    const all = await readBack(own.database);
    expect(all).toHaveLength(81);
    expect(all.filter(({ record }) => before.some((old) => old.record.started_at === record.started_at))).toEqual(
      expect.arrayContaining(before),
    );
    expect(await readBack(other.database)).toEqual(
      all.filter(({ record }) => record.started_at < nthCycle(60).record.started_at),
    );
    expect((await mergeFile(other.database, own.context)).details).toMatchObject({
      readings_stored: 0,
      cycles_stored: 0,
    });
    expect(await readBack(own.database)).toEqual(all);
    // The newest reading of each device is still the newest.
    const newest = await query(
      own.database,
      'SELECT device_id, started_at FROM device JOIN cycle c ON c.id = last_cycle',
    );
    expect(newest).toEqual(
      expect.arrayContaining([
        { device_id: 'hue:0', started_at: nthCycle(79).record.started_at },
        { device_id: 'alexa:1', started_at: nthCycle(3).record.started_at },
      ]),
    );
  });

  it('keeps every value, the names of rooms, and what is odd about a cycle', async () => {
    const values = Object.fromEntries(QUANTITY_NAMES.map((name, n) => [name, n + 0.123456789012345]));
    const odd = cycleOf(
      '2026-01-02T03:04:05.678Z',
      'hue',
      [hueReading('hue:9', { ...values, location: 'Küche "Süd"' })],
      {
        devices_skipped: { 'hue:7': 'off' },
        error_type: 'timeout',
        error: 'x'.repeat(9000),
        outcome: 'partial',
      },
    );
    const other = await dataHome([odd]);
    const own = await dataHome();
    await mergeFile(other.database, own.context);
    expect(await readBack(own.database)).toEqual(await readBack(other.database));
  });

  it('is not touched: no side files, and what waits in its log is read', async () => {
    const other = await dataHome(cycles(0, 5));
    const writer = await Database.open(other.database, 'read-write');
    await writer.exec('PRAGMA wal_autocheckpoint = 0; UPDATE cycle SET retries = 7');
    for (const part of ['', '-wal']) copyFileSync(other.database + part, other.path(`copy.db${part}`));
    await writer.close();
    const before = ['', '-wal'].map((part) => readFileSync(other.path(`copy.db${part}`)));
    const files = readdirSync(other.path('.'));
    const own = await dataHome();
    await mergeFile(other.path('copy.db'), own.context);
    const made = readdirSync(own.path('.')).sort();
    expect(made).toEqual(['readings.db', 'readings.lock']);
    expect(await query(own.database, 'SELECT DISTINCT retries FROM cycles')).toEqual([{ retries: 7 }]);
    expect(['', '-wal'].map((part) => readFileSync(other.path(`copy.db${part}`)))).toEqual(before);
    expect(readdirSync(other.path('.'))).toEqual(files);
  });

  it('of version 1 is read as it is', async () => {
    const other = await dataHome();
    const database = await Database.open(other.database, 'create');
    await database.exec(`${MIGRATIONS[0] ?? ''}; PRAGMA user_version = 1;
      INSERT INTO word VALUES (1, 'hue'), (2, 'ok'), (3, 'Hall');
      INSERT INTO cycle (id, started_ms, collector, outcome, exit_code, duration_ms, readings_stored, readings_spooled,
        devices_seen, requests, payload_bytes, retries, lock_wait_ms) VALUES (1, 1767225600000, 1, 2, 0, 1, 1, 0, 1, 1, 1, 0, 0);
      INSERT INTO device VALUES (1, 'hue:5', 'hue_sensor', 1);
      INSERT INTO reading (cycle, device, location, temperature, is_anomalous) VALUES (1, 1, 3, 2075, 0)`);
    await database.close();
    const own = await dataHome(cycles(0, 3));
    expect((await mergeFile(other.database, own.context)).details).toMatchObject({
      readings_stored: 1,
      cycles_stored: 0,
    });
    expect(
      await query(own.database, "SELECT location, temperature_celsius FROM readings WHERE device_id = 'hue:5'"),
    ).toEqual([{ location: 'Hall', temperature_celsius: 20.75 }]);
  });
});

it('a dry run says the same numbers and changes no file', async () => {
  const other = await dataHome(cycles(0, 20));
  const own = await dataHome(cycles(10, 30), { dryRun: true });
  const before = readdirSync(own.path('.'));
  const bytes = readFileSync(own.database);
  const { lines, details } = await mergeFile(other.database, own.context);
  expect(details).toMatchObject({ readings_stored: 20, cycles_stored: 10, readings_known: 20 });
  expect(lines[0]).toContain('20 readings of 10 new cycles would be stored; 20 readings of it were here already.');
  expect(readFileSync(own.database).equals(bytes)).toBe(true);
  expect(readdirSync(own.path('.'))).toEqual(before);
  const nothing = await dataHome([], { dryRun: true });
  expect((await mergeFile(other.database, nothing.context)).details).toMatchObject({ readings_stored: 40 });
  expect(readdirSync(nothing.path('.'))).toEqual([]);
});

it('broken off, it says how much is stored, and a second run completes it', async () => {
  const other = await dataHome(cycles(0, 200));
  const end = new AbortController();
  const own = await dataHome(cycles(0, 1), {
    signal: end.signal,
    progress: (text) => {
      if (text.includes('stored')) end.abort(new Error('ended'));
    },
  });
  const failure = await failureOf<BrokenOff>(mergeFile(other.database, own.context));
  expect(failure).toBeInstanceOf(BrokenOff);
  const stored = (await own.readings()) - 2;
  expect(stored).toBeGreaterThan(0);
  expect(stored).toBeLessThan(398);
  expect(failure.message).toContain(`So far ${String(stored)} readings of ${String(stored / 2)} new cycles stored.`);
  expect(failure.details).toEqual({ readings_stored: stored, cycles_stored: stored / 2 });
  const again = await dataHome();
  await mergeFile(other.database, { ...own.context, signal: again.context.signal });
  expect(await ordered(own.database)).toEqual(await ordered(other.database));
});

describe('a damaged database', () => {
  let whole: Buffer;
  let other: DataHome;
  let total: number;
  let pageOf: Map<number, { name: string; pagetype: string; ncell: number }>;
  beforeEach(async () => {
    other = await dataHome(Array.from({ length: 300 }, (_, n) => nthCycle(n)));
    await other.keep(
      cycleOf('2027-01-01T00:00:00.000Z', 'hue', [hueReading('hue:0')], { error: 'long '.repeat(2000) }),
    );
    whole = readFileSync(other.database);
    total = await other.readings();
    const pages = await query<{ pageno: number; name: string; pagetype: string; ncell: number }>(
      other.database,
      'SELECT pageno, name, pagetype, ncell FROM dbstat',
    );
    pageOf = new Map(pages.map(({ pageno, ...page }) => [pageno, page]));
  });

  it('with any one page zeroed, overwritten or torn gives all that is on the others', async () => {
    const damages = [
      () => Buffer.alloc(4096),
      () => Buffer.alloc(4096, 0x5a),
      (page: Buffer) => Buffer.concat([page.subarray(0, 512), Buffer.alloc(3584, 0xd7)]),
    ];
    for (let page = 1; page <= whole.length / 4096; page++) {
      for (const [n, damage] of damages.entries()) {
        const bytes = Buffer.from(whole);
        damage(whole.subarray((page - 1) * 4096, page * 4096)).copy(bytes, (page - 1) * 4096);
        writeFileSync(other.database, bytes);
        const target = other.path(`${page}-${n}.db`);
        const { damagedPages } = await salvage(other.database, null, target, other.context);
        const [found] = await query<{ stored: number }>(target, 'SELECT count(*) AS stored FROM readings');
        const on = pageOf.get(page);
        const isReadings = on?.name === 'reading' && on.pagetype !== 'overflow';
        const lost = total - (found?.stored ?? 0);
        expect({ page, n, on, lost, damagedPages: damagedPages > 0 }).toEqual({
          ...{ page, n, on, damagedPages: true },
          lost: isReadings ? lost : 0,
        });
        if (isReadings) expect(lost).toBeLessThanOrEqual(on.ncell);
      }
    }
  });

  it('that was cut off gives a part, counts the rest, and the next merge of a backup completes it', async () => {
    const backup = other.path('backup.db');
    copyFileSync(other.database, backup);
    truncateSync(other.database, whole.length - 5 * 4096 + 100);
    const own = await dataHome();
    const { exitCode, lines, details } = await mergeFile(other.database, own.context);
    expect(exitCode).toBe(3);
    expect(details['damaged_pages']).toBeGreaterThanOrEqual(5);
    expect(details['readings_stored']).toBe(await own.readings());
    expect(lines.join('\n')).toMatch(/It is damaged .* pages could not be read/);
    expect(await own.readings()).toBeGreaterThan(total / 5);
    await mergeFile(backup, own.context);
    expect(await ordered(own.database)).toEqual(await ordered(backup));
    expect(await own.cycles()).toBe(301);
  });

  it('gives what is only in its log, and nothing that was deleted from it', async () => {
    const writer = await Database.open(other.database, 'read-write');
    await writer.exec(
      "CREATE TEMP TABLE young AS SELECT * FROM reading WHERE cycle >= 280; DELETE FROM reading; INSERT INTO reading SELECT * FROM young; PRAGMA wal_checkpoint(TRUNCATE); PRAGMA wal_autocheckpoint = 0; UPDATE word SET text = 'Attic' WHERE text = 'Hall'",
    );
    for (const part of ['', '-wal']) copyFileSync(other.database + part, other.path(`copy.db${part}`));
    await writer.close();
    const bytes = readFileSync(other.path('copy.db'));
    const root = [...pageOf].find(([, { name, pagetype }]) => name === 'cycle' && pagetype === 'internal')?.[0] ?? 0;
    bytes.fill(0x5a, (root - 1) * 4096, root * 4096);
    writeFileSync(other.path('copy.db'), bytes);
    const own = await dataHome();
    expect((await mergeFile(other.path('copy.db'), own.context)).exitCode).toBe(3);
    expect(await query(own.database, 'SELECT location, count(*) AS n FROM readings GROUP BY 1')).toEqual([
      { location: 'Attic', n: 43 },
    ]);
  });
});

it('sets the own database aside if that is damaged, and saves what is in it', async () => {
  const own = await dataHome(cycles(0, 10));
  const bytes = readFileSync(own.database);
  writeFileSync(own.database, bytes.fill(0, 0, 100));
  const dry = await mergeFile(own.database, { ...own.context, dryRun: true });
  expect(dry.details).toMatchObject({ readings_stored: 20 });
  expect(readFileSync(own.database).equals(bytes)).toBe(true);
  expect(await mergeFile(own.database, own.context)).toMatchObject({ exitCode: 3, details: { readings_stored: 20 } });
  expect(await own.readings()).toBe(20);
  expect(own.named('database_replaced')).toHaveLength(1);
});

it('lets collectors write in between', async () => {
  const other = await dataHome(cycles(0, 400));
  const own = await dataHome(cycles(1000, 1001));
  let isMerged = false;
  const merge = mergeFile(other.database, own.context).finally(() => (isMerged = true));
  await own.keep(nthCycle(1001));
  await own.keep(nthCycle(1002));
  expect(isMerged).toBe(false);
  await merge;
  expect(await own.readings()).toBe(806);
});

it('follows a link to another database', async () => {
  const other = await dataHome(cycles(0, 3));
  const own = await dataHome();
  symlinkSync(other.database, own.path('latest.db'));
  expect((await mergeFile(own.path('latest.db'), own.context)).details).toMatchObject({
    file: other.database,
    readings_stored: 6,
  });
});

describe('is refused', () => {
  it.each([
    ['a file that is not there', () => Promise.resolve(), 'file_system', /no such file/],
    [
      'a text',
      (path: string) => writeFile(path, 'timestamp,device_id\n'.repeat(1000)),
      'refused',
      /Nothing of .* can be read/,
    ],
    ['an empty file', (path: string) => writeFile(path, ''), 'refused', /holds no tables/],
    [
      'another program’s database',
      async (path: string) => {
        const database = await Database.open(path, 'create');
        await database.exec('CREATE TABLE music (title)');
        await database.close();
      },
      'refused',
      /another program/,
    ],
  ])('%s', async (_, make, type, message) => {
    const own = await dataHome(cycles(0, 1));
    await make(own.path('other.db'));
    const failure = await failureOf(mergeFile(own.path('other.db'), own.context));
    expect(failure).toMatchObject({ type, message: expect.stringMatching(message) as string });
    expect(await own.readings()).toBe(2);
  });

  it('the own database, and one of a newer version', async () => {
    const own = await dataHome(cycles(0, 1));
    expect(await failureOf(mergeFile(own.database, own.context))).toMatchObject({ type: 'usage' });
    const newer = await dataHome(cycles(0, 1));
    const database = await Database.open(newer.database, 'read-write');
    await database.exec('PRAGMA user_version = 99');
    await database.close();
    expect(await failureOf(mergeFile(newer.database, own.context))).toMatchObject({ type: 'future_schema' });
  });
});
