/** No cycle takes longer than `deadline_seconds`: without it, none of these cycles would end. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fault, type Fault } from '../../lib/simulator/faults';
import { spooledFiles } from '../../lib/store/spool';
import { holdDatabase } from '../support/held-database';
import { openHome, type Home } from '../support/home';
import { startSilentResolver } from '../support/silent-resolver';
import { until } from '../support/until';
import { isRoot } from '../support/as-user';

/** With timeouts so long that only the deadline can end it. */
const PATIENT = {
  collection: { deadline_seconds: 6 },
  storage: { busy_timeout_ms: 120_000 },
  hue: { timeout_seconds: 300 },
  amazon_aqm: { timeout_seconds: 300 },
};

let home: Home;
beforeEach(async () => {
  home = await openHome({ config: PATIENT });
});

/** A cycle that nothing disturbs, with time enough on the busiest machine. */
async function goodCycle(command: string): Promise<void> {
  home.configure({ ...PATIENT, collection: { deadline_seconds: 120 } });
  expect((await home.run(command)).exitCode).toBe(0);
  home.configure(PATIENT);
}

const lastCycle = async () => (await home.query('SELECT * FROM cycles ORDER BY started_at')).at(-1);

const ENDLESS: [string, string, Fault][] = [
  ['a drip', '*', fault.drip()],
  ['silence', '*', fault.silence()],
  ['a body that comes too slowly', '*', fault.slowBody(0.001)],
  ['a connection without an answer', 'CONNECT', fault.silence()],
];

it.each([
  ['collect-hue', 'hue.read_sensors'],
  ['collect-aqm', 'aqm.'],
])('%s ends on whatever the device does, with its row and the final outcome in the log', async (command, operation) => {
  const endings = ENDLESS.map(async ([name, matcher, misbehaviour]) => {
    const itsHome = await openHome({ config: PATIENT });
    for (const device of [itsHome.bridge, itsHome.cloud]) device.faults.always(matcher, misbehaviour);
    const { exitCode, stderr } = await itsHome.run(command);
    const exhausted = itsHome.logged('retry_exhausted');
    // On a busy machine there may be no time left to make the database: then the row waits in the spool for this cycle.
    for (const device of [itsHome.bridge, itsHome.cloud]) device.faults.clear();
    itsHome.configure({ collection: { deadline_seconds: 120 } });
    await itsHome.run(command);
    const ending = {
      name,
      exitCode,
      said: stderr.includes(`did not end within ${PATIENT.collection.deadline_seconds} s`),
      rows: await itsHome.query('SELECT outcome, exit_code, error_type FROM cycles ORDER BY started_at LIMIT 1'),
      exhausted,
    };
    await itsHome.close();
    return ending;
  });
  for (const { name, exhausted, ...ending } of await Promise.all(endings)) {
    expect({ name, ...ending }).toEqual({
      name,
      exitCode: 1,
      said: true,
      rows: [{ outcome: 'failed', exit_code: 1, error_type: 'deadline' }],
    });
    expect(exhausted).toMatchObject([{ level: 'critical', attempts: 1, error_type: 'deadline', reason: 'deadline' }]);
    expect(String(exhausted[0]?.['operation'])).toContain(operation);
    expect(String(exhausted[0]?.['endpoint'])).toMatch(/^(GET|POST) http/);
  }
});

describe('a database that cannot be opened', () => {
  it('stays locked: what was read is spooled', async () => {
    await goodCycle('collect-hue');
    const holder = await holdDatabase(home.databaseFile);
    const { exitCode, stderr } = await home.run('collect-hue');
    expect(exitCode).toBe(1);
    expect(stderr).toContain('kept in the spool');
    // On a busy machine the deadline passes before SQLite has reported the reason.
    for (const exhausted of home.logged('retry_exhausted')) {
      expect(exhausted).toMatchObject({ operation: 'database.store', attempts: 1, reason: 'deadline' });
    }
    const why: unknown = expect.stringMatching(/^(database_locked|deadline)$/);
    expect(home.logged('cycle_failed')).toMatchObject([{ error_type: why }]);
    await holder.release();
    await goodCycle('collect-hue');
    expect(await home.query("SELECT * FROM cycles WHERE outcome = 'failed'")).toMatchObject([
      { error_type: why, exit_code: 1, readings_stored: 0, readings_spooled: 8 },
    ]);
  });

  it('stays locked, and the device never answers: the failed cycle still gets its row', async () => {
    await goodCycle('collect-aqm');
    const holder = await holdDatabase(home.databaseFile);
    home.cloud.faults.always('*', fault.drip());
    expect((await home.run('collect-aqm')).exitCode).toBe(1);
    expect(home.logged('cycle_failed')).toMatchObject([{ error_type: 'deadline' }]);
    await holder.release();
    home.cloud.faults.clear();
    await goodCycle('collect-aqm');
    expect(await home.query('SELECT outcome FROM cycles ORDER BY started_at')).toEqual(
      ['ok', 'failed', 'ok'].map((outcome) => ({ outcome })),
    );
  });

  it('stays locked, and the spool fails, too: it ends, and says that readings are lost', async () => {
    await goodCycle('collect-hue');
    const holder = await holdDatabase(home.databaseFile);
    const running = home.start('collect-hue');
    await until(() => home.logged('http_response').length > 1);
    const spool = join(home.dataDirectory, 'spool');
    rmSync(spool, { recursive: true });
    writeFileSync(spool, 'not a directory');
    const { exitCode, stderr } = await running.result;
    await holder.release();
    expect(exitCode).toBe(1);
    expect(stderr).toContain('8 readings are lost.');
  });

  it('has its lock file locked by another program', async () => {
    await goodCycle('collect-hue');
    const holder = await holdDatabase(join(home.dataDirectory, 'readings.lock'), 'BEGIN EXCLUSIVE');
    expect((await home.run('collect-hue')).exitCode).toBe(1);
    expect(spooledFiles({ data_directory: home.dataDirectory })).toHaveLength(1);
    await holder.release();
  });
});

it('an endless body is cut at its size limit', async () => {
  // The full configuration is asked for only if there is time for a whole request before the deadline.
  home.configure({ collection: { deadline_seconds: 120 }, hue: { timeout_seconds: 30 } });
  home.bridge.faults.always('*', fault.endlessBody());
  expect((await home.run('collect-hue')).exitCode).toBe(1);
  expect(await lastCycle()).toMatchObject({ error_type: 'invalid_response', requests: 2 });
});

it('collect-aqm ends if another process never stops obtaining cookies', async () => {
  await goodCycle('collect-aqm');
  home.cloud.account.expireCookies();
  const holder = await holdDatabase(join(home.dataDirectory, '.amazon-session.lock'), 'BEGIN EXCLUSIVE');
  expect((await home.run('collect-aqm')).exitCode).toBe(1);
  expect((await lastCycle())?.['error_type']).toMatch(/^(timeout|deadline)$/);
  await holder.release();
});

(isRoot ? it : it.skip)(
  `a name server that never answers does not hold the process${isRoot ? '' : ' (skipped: needs root for a resolv.conf of its own)'}`,
  async () => {
    const resolver = await startSilentResolver();
    home.configure({ ...PATIENT, hue: { ...PATIENT.hue, bridge_url: 'http://bridge.example.org' } });
    const resolvConf = join(home.directory, 'resolv.conf');
    writeFileSync(resolvConf, `nameserver ${resolver.address}\noptions timeout:30 attempts:5\n`);
    const { exitCode } = await home.run('collect-hue', [], { wrapper: resolver.wrapper(resolvConf) });
    expect(exitCode).toBe(1);
    expect((await lastCycle())?.['error_type']).toMatch(/^(network|deadline)$/);
    resolver.close();
  },
);
