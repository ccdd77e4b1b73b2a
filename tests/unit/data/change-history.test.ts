/** `data rename`, `rename-location`, `forget` and `compact`: whole or not at all, with a backup where history changes. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import type { Config } from '../../../lib/config/config';
import { compact } from '../../../lib/data/compact';
import { forget } from '../../../lib/data/forget';
import type { DataContext, DataResult } from '../../../lib/data/operation';
import { renameDevice } from '../../../lib/data/rename';
import { renameLocation } from '../../../lib/data/rename-location';
import { restore } from '../../../lib/data/restore';
import { spoolCycle } from '../../../lib/store/spool';
import { cycleOf, hueReading, nthCycle } from '../../support/cycles';
import { dataHome, type DataHome } from '../../support/data';
import { query, readBack } from '../../support/storage';
import { failureOf } from '../../support/thrown';

const at = (n: number) => nthCycle(n).record.started_at;

/** hue:old in cycles 0 to 5, then not read twice, hue:new from cycle 8 on; hue:0 always. */
async function replacedSensor(): Promise<DataHome> {
  return await dataHome(
    Array.from({ length: 12 }, (_, n) => {
      const id = n < 6 ? ['hue:old'] : n < 8 ? [] : ['hue:new'];
      const readings = ['hue:0', ...id].map((device) => hueReading(device, { location: n < 6 ? 'Office' : 'Study' }));
      return cycleOf(at(n), 'hue', readings, { devices_skipped: n === 6 ? { 'hue:old': 'unreachable' } : {} });
    }),
  );
}

const timesOf = async (home: DataHome, device: string) =>
  (
    await query<{ timestamp: string }>(
      home.database,
      'SELECT timestamp FROM readings WHERE device_id = ? ORDER BY 1',
      device,
    )
  ).map(({ timestamp }) => timestamp);

type Change = (context: DataContext) => Promise<DataResult>;

describe.each<[string, Change]>([
  ['rename', (context) => renameDevice('hue:old', 'hue:new', context)],
  ['rename-location', (context) => renameLocation('Office', 'Study', context)],
  ['forget', (context) => forget('hue:old', null, context)],
])('%s', (name, change) => {
  it('makes a backup that can be restored; a dry run says the same and changes nothing', async () => {
    const home = await replacedSensor();
    const before = await readBack(home.database);
    const files = readdirSync(home.path('.')).filter((file) => !/-(wal|shm)$/.test(file));
    const dry = await change({ ...home.context, dryRun: true });
    expect(await readBack(home.database)).toEqual(before);
    expect(readdirSync(home.path('.')).filter((file) => !/-(wal|shm)$/.test(file))).toEqual(files);

    const { exitCode, details, lines } = await change(home.context);
    expect(exitCode).toBe(0);
    expect(details['readings']).toBe(dry.details['readings']);
    expect(await readBack(home.database)).not.toEqual(before);
    const backup = details['backup'] as string;
    expect(backup).toMatch(new RegExp(`readings\\.db\\.before-${name}-\\d{8}T\\d{9}Z$`));
    expect(statSync(backup).mode & 0o777).toBe(0o600);
    expect(lines).toContain(`To go back to it: data restore ${backup}`);
    await restore(backup, home.context);
    expect(await readBack(home.database)).toEqual(before);
  });

  it('refuses what is not there, naming what is', async () => {
    const home = await dataHome([nthCycle(0)]);
    expect(await failureOf(change(home.context))).toMatchObject({
      type: 'refused',
      message: expect.stringMatching(/^No reading of/) as string,
    });
    expect(await failureOf(change((await dataHome()).context))).toMatchObject({
      message: expect.stringMatching(/no database yet/) as string,
    });
  });
});

describe('rename', () => {
  it('gives a stored device the history of the old one, also why it was not read', async () => {
    const home = await replacedSensor();
    await renameDevice('hue:old', 'new', home.context); // the vendor's id is enough
    expect(await timesOf(home, 'hue:new')).toEqual([0, 1, 2, 3, 4, 5, 8, 9, 10, 11].map(at));
    expect(await query(home.database, 'SELECT device_id FROM device ORDER BY 1')).toEqual([
      { device_id: 'hue:0' },
      { device_id: 'hue:new' },
    ]);
    expect(await query(home.database, "SELECT devices_skipped FROM cycles WHERE devices_skipped <> '{}'")).toEqual([
      { devices_skipped: '{"hue:new":"unreachable"}' },
    ]);
    const newest = "SELECT started_at FROM device JOIN cycle c ON c.id = last_cycle WHERE device_id = 'hue:new'";
    expect(await query(home.database, newest)).toEqual([{ started_at: at(11) }]);
    await home.keep(cycleOf(at(12), 'hue', [hueReading('hue:new')]));
    expect(await timesOf(home, 'hue:new')).toHaveLength(11);
  });

  it('gives its name to a device that was never read, and takes what waits in the spool along', async () => {
    const home = await replacedSensor();
    spoolCycle(home.storage, home.logger, cycleOf(at(7), 'hue', [hueReading('hue:old', { location: 'Attic' })]));
    // The cycle is there already, so that only its readings are new.
    expect((await renameDevice('hue:old', 'hue:third', home.context)).details['readings']).toBe(7);
    expect(await timesOf(home, 'hue:third')).toEqual([0, 1, 2, 3, 4, 5, 7].map(at));
  });

  it('names the places of config.yaml that still have the old id', async () => {
    const home = await replacedSensor();
    const locations = { 'HUE:Old': 'Office', 'hue:0': 'Hall' };
    const alerts = [{ quantity: 'temperature', device: 'old', for_minutes: 0, hysteresis: 0 }];
    const config = { ...home.context.config, hue: { locations, offsets: { old: 0.5 } }, alerts } as unknown as Config;
    const named = await renameDevice('hue:old', 'hue:new', { ...home.context, config });
    expect(named.details).toMatchObject({ configured: ['hue.locations', 'hue.offsets', 'alerts'] });
    expect(named.lines.at(-1)).toMatch(
      /config\.yaml still names hue:old \(hue\.locations, .*Write hue:new there: "\$\{EDITOR:-vi\}" '.*config\.yaml'$/,
    );
    const other = await renameDevice('hue:new', 'hue:newer', { ...home.context, config });
    expect(other).toMatchObject({ details: { configured: [] }, lines: { length: 3 } });
  });

  it.each([
    ['hue:old', 'hue:0', 'refused', /both have a reading of .* and of 5 other times: nothing was changed/],
    ['hue:old', 'alexa:1', 'refused', /different kinds/],
    ['hue:old', 'hue:old', 'usage', /already/],
    ['hue:olt', 'hue:new', 'refused', /did you mean hue:old\?/],
  ])('refuses %s → %s', async (from, to, type, message) => {
    const home = await replacedSensor();
    const before = await readBack(home.database);
    const failure = await failureOf(renameDevice(from, to, home.context));
    expect(failure).toMatchObject({ type, message: expect.stringMatching(message) as string });
    expect(await readBack(home.database)).toEqual(before);
    expect(readdirSync(home.path('.')).filter((file) => file.includes('before-'))).toEqual([]);
  });
});

it('rename-location changes the room of past readings, and no other word', async () => {
  const home = await replacedSensor();
  await home.keep(cycleOf(at(20), 'hue', [hueReading('hue:0', { location: 'hue' })])); // also the name of the collector
  await renameLocation('hue', 'Office', home.context);
  await renameLocation('Office', 'Study', home.context);
  expect(await query(home.database, 'SELECT location, count(*) AS n FROM readings GROUP BY 1')).toEqual([
    { location: 'Study', n: 23 },
  ]);
  expect(await query(home.database, 'SELECT DISTINCT collector FROM cycles')).toEqual([{ collector: 'hue' }]);
});

it('forget deletes what is older, or all of a device, and nothing of others', async () => {
  const home = await replacedSensor();
  await forget('hue:0', Date.parse(at(3)), home.context);
  expect(await timesOf(home, 'hue:0')).toEqual([3, 4, 5, 6, 7, 8, 9, 10, 11].map(at));
  await forget('hue:old', null, home.context);
  expect(await query(home.database, 'SELECT device_id FROM device ORDER BY 1')).toEqual([
    { device_id: 'hue:0' },
    { device_id: 'hue:new' },
  ]);
  expect(await query(home.database, "SELECT count(*) AS n FROM cycles WHERE devices_skipped <> '{}'")).toEqual([
    { n: 0 },
  ]);
  expect(await home.cycles()).toBe(12);
  const nothing = failureOf(forget('hue:new', Date.parse(at(8)), home.context));
  expect(await nothing).toMatchObject({
    type: 'refused',
    message: expect.stringMatching(/no reading from before/) as string,
  });
});

it('an operation that is interrupted changes nothing', async () => {
  const home = await replacedSensor();
  const before = await readBack(home.database);
  const end = new AbortController();
  const progress = (text: string) => {
    if (text === 'deleting') end.abort(new Error('interrupted'));
  };
  const failure = await failureOf(forget('hue:old', null, { ...home.context, signal: end.signal, progress }));
  expect(failure.message).toBe('interrupted');
  expect(await readBack(home.database)).toEqual(before);
});

it('compact gives the room of deleted readings back, and keeps everything else', async () => {
  const home = await dataHome(Array.from({ length: 400 }, (_, n) => nthCycle(n, 'hue', 8)));
  for (let device = 1; device < 8; device++) await forget(`hue:${String(device)}`, null, home.context);
  const before = await readBack(home.database);
  const size = statSync(home.database).size;
  const dry = await compact({ ...home.context, dryRun: true });
  expect(dry.details).toMatchObject({ bytes_before: size, dry_run: true });
  expect(statSync(home.database).size).toBe(size);
  const { details } = await compact(home.context);
  expect(statSync(home.database).size).toBe(details['bytes_after']);
  expect(statSync(home.database).size).toBeLessThan(size / 2);
  expect(readFileSync(home.database)[18]).toBe(2); // still in WAL mode
  expect(await readBack(home.database)).toEqual(before);
});
