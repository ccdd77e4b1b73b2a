/** A source that invents devices fills neither the disk nor the reports; the devices of a home are stored all the same. */
import type { Reading } from '../../../lib/reading';
import { readingsDatabase } from '../../../lib/store/readings-database';
import { cycleOf, hueReading, keep } from '../../support/cycles';
import { query, scratch } from '../../support/storage';

const HOUR_MS = 3_600_000;
const at = (hours: number) => new Date(Date.UTC(2026, 0, 1) + hours * HOUR_MS).toISOString();
const invented = (first: number, count: number): Reading[] =>
  Array.from({ length: count }, (_, index) => hueReading(`hue:${first + index}`));

test('at most 1,000 new devices in 24 hours: the rest is skipped, also out of the spool, and may come a day later', async () => {
  const { storage, logger, path } = scratch();
  const database = readingsDatabase(storage, logger);
  const skippedOf = async (hours: number, readings: Reading[]) => {
    const { record } = cycleOf(at(hours), 'hue', readings);
    const stored = await database.store(readings, (refused) => ({
      ...record,
      devices_skipped: Object.fromEntries(refused.map((device_id) => [device_id, 'too_many_new'] as const)),
    }));
    return Object.keys(stored.devices_skipped);
  };
  try {
    await keep(database, cycleOf(at(-48), 'hue', invented(0, 3)));
    expect(await skippedOf(0, invented(0, 603))).toEqual([]); // 600 new
    expect(await skippedOf(1, [...invented(0, 3), ...invented(1000, 402)])).toEqual(['hue:1400', 'hue:1401']);
    // Those of the home, and those that were new this day, are stored; no other.
    expect(await skippedOf(2, [...invented(0, 3), ...invented(1000, 5), ...invented(5000, 2)])).toEqual([
      'hue:5000',
      'hue:5001',
    ]);
    await database.storeAll([{ ...cycleOf(at(3), 'hue', [...invented(1, 1), ...invented(6000, 1)]), spooled: true }]);
    expect(await skippedOf(27, [...invented(0, 3), ...invented(5000, 2)])).toEqual([]);
  } finally {
    await database.close();
  }
  const [{ devices } = {}] = await query(path('readings.db'), 'SELECT count(*) AS devices FROM device');
  expect(devices).toBe(3 + 1000 + 2);
  const cycles = await query(
    path('readings.db'),
    'SELECT readings_stored, readings_spooled, devices_skipped FROM cycles',
  );
  expect(cycles.map((row) => Number(row['readings_stored']) + Number(row['readings_spooled']))).toEqual([
    3, 603, 403, 8, 1, 5,
  ]);
  expect(cycles[4]?.['devices_skipped']).toBe('{"hue:6000":"too_many_new"}');
});
