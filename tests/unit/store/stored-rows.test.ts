/** Readings that are read many at a time are the same, to the last digit, as those of the view. */
import { QUANTITY_NAMES } from '../../../lib/quantities';
import { Database } from '../../../lib/store/database';
import type { StoredReading } from '../../../lib/store/queries';
import { namesOf, readRows } from '../../../lib/store/stored-rows';
import { cycleOf, hueReading } from '../../support/cycles';
import { dataHome } from '../../support/data';

const ODD = [0, -0.004, 1 / 3, 0.1 + 0.2, 20.75, 21, 1e-7, 99_999.999_999_9, 1e15 + 0.5];

test('values of many digits, small and large ones, none, and a time of the sensor', async () => {
  const started = '2026-01-01T00:00:00.123Z';
  const readings = ODD.map((value, n) => {
    const values = Object.fromEntries(QUANTITY_NAMES.map((name, q) => [name, (q + n) % 5 === 4 ? null : value]));
    return hueReading(`hue:${n}`, { ...values, measured_at: n === 3 ? null : '2025-12-31T23:59:58.001Z' });
  });
  const { database: path } = await dataHome([cycleOf(started, 'hue', readings)]);
  const database = await Database.open(path, 'read-only');
  const expected = await database.all<StoredReading & { temperature_offset_celsius: null }>(
    'SELECT * FROM readings ORDER BY device_id',
  );
  const ms = Date.parse(started);
  const page = { fromMs: ms, toMs: ms + 1, conditions: '', parameters: [] };
  const found = await readRows(database, page, await namesOf(database));
  await database.close();
  expect(found).toHaveLength(ODD.length);
  expect(found.map((reading) => ({ ...reading, temperature_offset_celsius: null }))).toEqual(expected);
});
