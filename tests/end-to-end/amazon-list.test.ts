/** Amazon gives no device list, or a part of one, for weeks: the real command reads the monitors it knows, as cron runs it. */
import { fault } from '../../lib/simulator/faults';
import { openAmazonHome, type AmazonHome } from '../support/amazon-home';
import { DISCOVERY, STATE } from '../support/constants';

const HOUR = 60 * 60_000;
const QUIET = { exitCode: 0, stdout: '', stderr: '' };

let home: AmazonHome;
beforeEach(async () => {
  home = await openAmazonHome();
});
afterEach(() => home.close());

const ago = (milliseconds: number) => new Date(Date.now() - milliseconds).toISOString();

/** One successful cycle; then the age of its list is set to a day and an hour. */
async function startWithOldList(): Promise<void> {
  expect(await home.cycle()).toMatchObject(QUIET);
  home.changeSession(({ discovery }) => Object.assign(discovery ?? {}, { found_at: ago(25 * HOUR) }));
}

it('throttled: both monitors are stored in every cycle, the list is tried later and later', async () => {
  await startWithOldList();
  home.cloud.faults.always('/graphql', fault.throttledList());
  const minutes: number[] = [];
  for (let round = 0; round < 3; round++) {
    const trying = await home.cycle();
    expect(trying).toMatchObject({ ...QUIET, asked: [STATE, DISCOVERY, DISCOVERY] });
    expect(trying.row).toMatchObject({ outcome: 'ok', readings_stored: 2, devices_skipped: '{}', retries: 0 });
    const quiet = await home.cycle();
    expect(quiet).toMatchObject({ ...QUIET, asked: [STATE] });
    expect(quiet.row).toMatchObject({ outcome: 'ok', readings_stored: 2 });
    home.changeSession(({ discovery }) => {
      minutes.push(Math.round((Date.parse(discovery?.next_try_at ?? '') - Date.now()) / 60_000));
      Object.assign(discovery ?? {}, { next_try_at: ago(1) });
    });
  }
  expect(minutes).toEqual([10, 20, 40]);
  expect(home.logged('listing_failed')).toMatchObject(
    [0, 1, 2].map(() => ({ level: 'warning', error_type: 'rate_limited' })),
  );
  expect(home.logged('retry')).toEqual([]);
  expect(await home.query('SELECT count(*) AS stored FROM readings')).toEqual([{ stored: 14 }]);
  expect(await home.ask('health', ['amazon_aqm', '--fresh', '--json'])).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(/"status": ?"warn".*Amazon's device list/s) as string,
  });
});

it('one monitor is unknown and the list fails: the other one, of the same answer, is stored', async () => {
  await home.cycle();
  const { serial } = home.cloud.monitor(2);
  home.cloud.monitor(2).entityId = '77777777-7777-4777-8777-777777777777';
  home.cloud.faults.always('/graphql', fault.status(503));
  const { row, ...result } = await home.cycle();
  expect(result).toMatchObject({ ...QUIET, asked: [STATE, DISCOVERY, DISCOVERY] });
  expect(row).toMatchObject({
    outcome: 'ok',
    readings_stored: 1,
    devices_seen: 2,
    devices_skipped: `{"alexa:${serial}":"unreachable"}`,
  });
  expect(home.logged('listing_failed')).toMatchObject([{ error_type: 'http' }]);
});

it('a monitor is null in the list: both are stored, and the list is asked for again soon', async () => {
  await startWithOldList();
  home.cloud.monitor(2).discovery.listed = 'nulled';
  for (const asked of [[STATE, DISCOVERY, DISCOVERY], [STATE]]) {
    const { row, ...result } = await home.cycle();
    expect(result).toMatchObject({ ...QUIET, asked });
    expect(row).toMatchObject({ outcome: 'ok', readings_stored: 2 });
  }
  expect(home.logged('listing_failed')).toMatchObject([{ level: 'warning' }]);
  const soon = Date.parse(home.session().discovery?.next_try_at ?? '') - Date.now();
  expect(soon).toBeLessThan(HOUR);
});

it('Amazon never answers for the list: what was read is stored before the deadline', async () => {
  home.configure({ collection: { deadline_seconds: 4 } });
  await startWithOldList();
  home.cloud.faults.always('/graphql', fault.silence());
  const { row, ...result } = await home.cycle();
  expect(result).toMatchObject({ ...QUIET, asked: [STATE, DISCOVERY] });
  expect(row).toMatchObject({ outcome: 'ok', readings_stored: 2 });
  expect(home.logged('listing_failed')).toMatchObject([{ error_type: 'deadline' }]);
});

it('throttled, and no list is remembered: the failure of the list is that of the cycle', async () => {
  home.cloud.faults.always('/graphql', fault.throttledList());
  const { row, exitCode } = await home.cycle();
  expect(exitCode).toBe(1);
  expect(row).toMatchObject({ outcome: 'failed', error_type: 'rate_limited' });
});
