import { lastDevicesSeen } from '../../../lib/store/last-good-cycle';
import { latestPerDevice } from '../../../lib/store/queries';
import { databasePath } from '../../../lib/store/files';
import { readingsDatabase } from '../../../lib/store/readings-database';
import { Database } from '../../../lib/store/database';
import { cycleOf, hueReading, nthCycle } from '../../support/cycles';
import { scratch, type Scratch } from '../../support/storage';

const IN_2069 = '2069-01-01T00:00:00.000Z';

let home: Scratch;
beforeEach(async () => {
  home = scratch();
  const database = readingsDatabase(home.storage, home.logger);
  const readings = ['hue:0', 'hue:1', 'hue:9'].map((id) => hueReading(id, { temperature_celsius: 11.5 }));
  await database.storeAll([cycleOf(IN_2069, 'hue', readings), nthCycle(1), nthCycle(2)]);
  await database.close();
});

test('a cycle stamped in the future is not the last good one until its time comes', async () => {
  expect(await lastDevicesSeen(home.storage, 'hue')).toBe(2);
  expect(await lastDevicesSeen(home.storage, 'hue', Date.parse(IN_2069) - 60_000)).toBe(3);
});

test('and it does not have the newest readings; a device that has no other is left out', async () => {
  const database = await Database.open(databasePath(home.storage.data_directory), 'read-only');
  const newest = async (untilMs?: number) =>
    (await latestPerDevice(database, untilMs)).map(({ device_id, timestamp }) => `${device_id} ${timestamp}`);
  expect(await newest()).toEqual(['hue:0 2026-01-01T00:10:00.000Z', 'hue:1 2026-01-01T00:10:00.000Z']);
  expect(await newest(Date.parse(IN_2069))).toEqual([`hue:0 ${IN_2069}`, `hue:1 ${IN_2069}`, `hue:9 ${IN_2069}`]);
  await database.close();
});
