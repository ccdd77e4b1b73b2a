/** What can be wrong with the times of measurements, and the login that is needed. */
import { Database } from '../../../../lib/store/database';
import { runCycles, type Bench } from '../bench';
import { logInAtAmazon } from '../log-in';
import { storeCycle } from '../store-cycle';
import { succeed, type BrokenState } from './broken-state';

const MINUTE_MS = 60_000;

const RUN_CYCLE = /crontab -l; (node bin\/collect-hue\.js)/;
const collect = (bench: Bench) => succeed(bench, 'collect-hue');

export const FRESHNESS_STATES: readonly BrokenState[] = [
  {
    title: 'no cycle for an hour: cron does not run',
    check: 'freshness',
    status: 'fail',
    exitCode: 1,
    says: /the last cycle of hue was 60 min ago.*no new measurement for more than three intervals: Hall/,
    remedy: RUN_CYCLE,
    bench: { cycles: false },
    breakIt: (bench) => storeCycle(bench, 60),
    fix: async (bench) => {
      await runCycles(bench);
      await removeEarlierCycles(bench); // the gap that remains is a separate state
    },
  },
  {
    title: 'a cycle that is late',
    check: 'freshness',
    status: 'warn',
    exitCode: 0,
    says: /the last cycle of hue was 12 min ago.*late measurements: Hall/,
    remedy: RUN_CYCLE,
    bench: { cycles: false },
    breakIt: (bench) => storeCycle(bench, 12),
    fix: async (bench) => {
      await runCycles(bench);
      await removeEarlierCycles(bench);
    },
  },
  {
    title: 'a gap in the last 24 hours',
    check: 'freshness',
    status: 'warn',
    exitCode: 0,
    says: /hue has a gap in the last 24 hours, the longest of 5 h/,
    remedy: /node bin\/report\.js gaps/,
    bench: { cycles: false },
    breakIt: async (bench) => {
      await storeCycle(bench, 300);
      await runCycles(bench);
    },
    fix: (bench) => removeEarlierCycles(bench),
  },
  {
    title: 'a last cycle that failed',
    check: 'freshness',
    status: 'warn',
    exitCode: 0,
    says: /the last cycle of hue failed \(network\): .*ECONNREFUSED/,
    remedy: /Run it by hand.*node bin\/collect-hue\.js/,
    breakIt: async (bench) => {
      await bench.bridge.close();
      await bench.run('collect-hue');
      await bench.restoreBridge();
    },
    fix: collect,
  },
  {
    title: 'a sensor that repeats the same old value',
    check: 'freshness',
    status: 'fail',
    exitCode: 1,
    says: /no new measurement for more than three intervals: Hall \(hue:.*2 h\)/,
    remedy: /Check that these devices have power.*node bin\/collect-hue\.js/,
    breakIt: (bench) => {
      bench.bridge.home.ages[bench.bridge.motionSensor('Hall').temperatureId] = 7200;
      return collect(bench);
    },
    fix: (bench) => {
      bench.bridge.home.ages[bench.bridge.motionSensor('Hall').temperatureId] = 10;
      return collect(bench);
    },
  },
];

/** A gap ends by itself when it is a day old: this moves the cycle before it to yesterday. */
async function removeEarlierCycles(bench: Bench): Promise<void> {
  const database = await Database.open(bench.home.databaseFile, 'read-write');
  const limit = new Date(Date.now() - 5 * MINUTE_MS).toISOString();
  await database.exec(`DELETE FROM reading WHERE cycle IN (SELECT id FROM cycle WHERE started_at < '${limit}');
    DELETE FROM cycle WHERE started_at < '${limit}'`);
  await database.close();
  bench.own();
}

export const CLOCK_STATES: readonly BrokenState[] = [
  {
    title: 'a cycle that is stamped in the future',
    check: 'clock',
    status: 'warn',
    exitCode: 0,
    says: /1 cycle is stamped in the future: 20\d\d-/,
    remedy: /with --repair they get the right time: .*data\.js clock/,
    breakIt: (bench) => storeCycle(bench, -525_600),
    fix: removeLaterCycles,
  },
];

async function removeLaterCycles(bench: Bench): Promise<void> {
  const database = await Database.open(bench.home.databaseFile, 'read-write');
  const later = `SELECT id FROM cycle WHERE started_ms > ${Date.now() + MINUTE_MS}`;
  await database.exec(`DELETE FROM reading WHERE cycle IN (${later});
    UPDATE device SET last_cycle = (SELECT min(id) FROM cycle) WHERE last_cycle IN (${later});
    DELETE FROM cycle WHERE id IN (${later})`);
  await database.close();
  bench.own();
}

export const ALERT_STATES: readonly BrokenState[] = [
  {
    title: 'an active alert: a login by hand is needed',
    check: 'alerts',
    status: 'fail',
    exitCode: 1,
    says: /a login at Amazon by hand is needed, since \S+Z/,
    remedy: /auth-amazon\.js/,
    breakIt: async (bench) => {
      bench.home.cloud.account.expireCookies();
      bench.home.cloud.account.revokeRefreshToken();
      const { exitCode } = await bench.run('collect-aqm');
      if (exitCode !== 4) throw new Error(`collect-aqm ended with ${exitCode ?? 'a signal'}`);
    },
    fix: async (bench) => {
      await logInAtAmazon(bench);
      await succeed(bench, 'collect-aqm');
    },
  },
];
