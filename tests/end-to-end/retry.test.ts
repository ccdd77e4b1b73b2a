/** The retry in both collectors: the same events with the same fields for the network and the database. */
import { fault, type Fault } from '../../lib/simulator/faults';
import { holdDatabase } from '../support/held-database';
import { openHome, type Home } from '../support/home';
import { until } from '../support/until';

let home: Home;

const COLLECTORS = [
  {
    command: 'collect-hue',
    collector: 'hue',
    path: '/sensors',
    operation: 'hue.read_sensors',
    kind: { endpoint_kind: 'sensors' },
    endpoint: /^GET https:\/\/127\.0\.0\.1:\d+\/api\/<key>\/sensors$/,
    readings: 8,
  },
  {
    command: 'collect-aqm',
    collector: 'amazon_aqm',
    path: '/api/phoenix/state',
    operation: 'aqm.read_states',
    kind: {},
    endpoint: /^POST http:\/\/127\.0\.0\.1:\d+\/api\/phoenix\/state$/,
    readings: 2,
  },
] as const;

type Collector = (typeof COLLECTORS)[number];

const COMMON = ['timestamp', 'message', 'program'];
const RETRIES = ['retry', 'retry_succeeded', 'retry_exhausted'];
/** the lines about retries, in the order of the log, without the fields that every line has */
const story = () =>
  home
    .logLines()
    .filter(({ event }) => RETRIES.includes(String(event)))
    .map((line) => Object.fromEntries(Object.entries(line).filter(([name]) => !COMMON.includes(name))));
const lastCycle = async () => (await home.query('SELECT * FROM cycles ORDER BY started_at')).at(-1);
const fail = ({ path }: Collector, misbehaviour: Fault, times?: number) => {
  for (const { faults } of [home.bridge, home.cloud]) {
    if (times === undefined) faults.always(path, misbehaviour);
    else faults.next(path, misbehaviour, times);
  }
};

const OUTCOMES: Record<string, string> = {
  retry: 'retrying',
  retry_succeeded: 'succeeded',
  retry_exhausted: 'exhausted',
};
const at = (level: string, event: string, fields: object) => ({
  ...{ level, event, outcome: OUTCOMES[event], cycle: expect.any(String) as string },
  ...fields,
});

describe.each(COLLECTORS)('$command', (collector) => {
  const { command, operation, endpoint, kind, readings } = collector;
  const asked = { operation, endpoint: expect.stringMatching(endpoint) as string, ...kind };
  const HEALS: [string, Fault, string][] = [
    ['a reset', fault.reset(), 'network'],
    ['a cut body', fault.cut(), 'network'],
    ['408', fault.status(408), 'http'],
    ['500', fault.status(500), 'http'],
    ['429', fault.status(429), 'rate_limited'],
    ['silence', fault.silence(), 'timeout'],
  ];

  it.each(HEALS)('heals %s by retries, each of which is logged', async (_, misbehaviour, error_type) => {
    home = await openHome({ config: { hue: { timeout_seconds: 1 }, amazon_aqm: { timeout_seconds: 1 } } });
    fail(collector, misbehaviour, 2);
    expect(await home.run(command)).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
    expect(story()).toEqual([
      at('warning', 'retry', { ...asked, attempt: 1, delay_ms: 10, error_type }),
      at('warning', 'retry', { ...asked, attempt: 2, delay_ms: 20, error_type }),
      at('info', 'retry_succeeded', { ...asked, attempts: 3, elapsed_ms: expect.any(Number) as number }),
    ]);
    expect(await lastCycle()).toMatchObject({ outcome: 'ok', retries: 2, readings_stored: readings });
  });

  it('exhausted: one critical line with all fields, a failed row, and the next cycle works', async () => {
    home = await openHome();
    fail(collector, fault.reset());
    home.bridge.faults.always('*', fault.reset()); // also the full configuration
    expect((await home.run(command)).exitCode).toBe(1);
    const retry = (attempt: number, delay_ms: number) =>
      at('warning', 'retry', { ...asked, attempt, delay_ms, error_type: 'network' });
    expect(story()).toEqual([
      retry(1, 10),
      retry(2, 20),
      retry(3, 40),
      at('critical', 'retry_exhausted', {
        ...asked,
        attempts: 4,
        elapsed_ms: expect.any(Number) as number,
        error_type: 'network',
      }),
    ]);
    expect(home.logged('cycle_failed')).toMatchObject([{ level: 'error', error_type: 'network' }]);
    const { started_at } = (await lastCycle()) ?? {};
    const listed = JSON.parse((await home.run('report', ['retries', '--json'])).stdout) as { retries: object[] };
    const common = { cycle: started_at, collector: collector.collector, operation };
    expect(listed.retries).toMatchObject([
      ...[1, 2, 3].map((attempt) => ({ ...common, attempt, outcome: 'retrying', error_type: 'network' })),
      { ...common, attempts: 4, attempt: null, outcome: 'exhausted' },
    ]);
    expect(await lastCycle()).toMatchObject({ outcome: 'failed', exit_code: 1, error_type: 'network', retries: 3 });
    home.bridge.faults.clear();
    home.cloud.faults.clear();
    expect((await home.run(command)).exitCode).toBe(0);
  });

  it('both at once: the network heals, the database stays locked, the readings are spooled', async () => {
    home = await openHome({ config: { storage: { busy_timeout_ms: 20 } } });
    expect((await home.run(command)).exitCode).toBe(0);
    const holder = await holdDatabase(home.databaseFile);
    fail(collector, fault.status(500), 2);
    const { exitCode, stderr } = await home.run(command);
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining(`${readings} readings kept in the spool`)]);
    const database = { operation: 'database.store', endpoint: home.databaseFile, error_type: 'database_locked' };
    expect(story()).toMatchObject([
      at('warning', 'retry', { ...asked, attempt: 1 }),
      at('warning', 'retry', { ...asked, attempt: 2 }),
      at('info', 'retry_succeeded', { ...asked, attempts: 3 }),
      at('warning', 'retry', { ...database, attempt: 1, delay_ms: 10 }),
      at('warning', 'retry', { ...database, attempt: 2, delay_ms: 20 }),
      at('warning', 'retry', { ...database, attempt: 3, delay_ms: 40 }),
      at('critical', 'retry_exhausted', { ...database, attempts: 4 }),
    ]);
    expect(home.logged('spooled')).toMatchObject([{ level: 'warning', readings }]);
    await holder.release();
    expect((await home.run(command)).exitCode).toBe(0);
    expect(await home.query("SELECT * FROM cycles WHERE outcome = 'failed'")).toMatchObject([
      { error_type: 'database_locked', readings_spooled: readings, readings_stored: 0, retries: 5 },
    ]);
    expect(await home.query('SELECT count(*) AS n FROM readings')).toEqual([{ n: 3 * readings }]);
  });

  it.each([
    ['seconds', () => '1'],
    ['a date', () => new Date(Date.now() + 3000).toUTCString()],
  ])('waits as long as Retry-After says in %s', async (_, retryAfter) => {
    home = await openHome();
    fail(collector, fault.status(503, { retryAfter: retryAfter() }), 1);
    expect((await home.run(command)).exitCode).toBe(0);
    const [retry, healed] = story();
    // Rounding may remove one of the three seconds of the date, and some time passes before the answer is read.
    expect(Number(retry?.['delay_ms'])).toBeGreaterThan(100);
    expect(Number(healed?.['elapsed_ms'])).toBeGreaterThanOrEqual(Number(retry?.['delay_ms']));
  });

  it('a Retry-After shorter than the back-off does not shorten it', async () => {
    home = await openHome({ config: { retry: { base_delay_seconds: 0.1 } } });
    fail(collector, fault.status(503, { retryAfter: 0 }), 1);
    expect((await home.run(command)).exitCode).toBe(0);
    expect(story()[0]).toMatchObject({ delay_ms: 100 });
  });

  it.each([
    ['seconds', () => '3600'],
    ['a date', () => new Date(Date.now() + 3_600_000).toUTCString()],
  ])('does not begin a retry that Retry-After (%s) puts beyond the deadline', async (_, retryAfter) => {
    home = await openHome();
    fail(collector, fault.status(503, { retryAfter: retryAfter() }));
    expect((await home.run(command)).exitCode).toBe(1);
    expect(story()).toMatchObject([at('critical', 'retry_exhausted', { ...asked, attempts: 1, reason: 'deadline' })]);
    expect(await lastCycle()).toMatchObject({ outcome: 'failed', retries: 0 });
  });

  it('does not repeat a refused key', async () => {
    home = await openHome();
    home.bridge.faults.always('*', fault.status(403));
    home.cloud.faults.always(collector.path, fault.status(403));
    expect((await home.run(command)).exitCode).not.toBe(0);
    expect(home.logged('retry')).toEqual([]);
  });
});

it('a database that is free again in time is a success: the wait is logged, and there is no retry if the wait was enough', async () => {
  home = await openHome({ config: { storage: { busy_timeout_ms: 60_000 } } });
  expect((await home.run('collect-hue')).exitCode).toBe(0);
  const holder = await holdDatabase(home.databaseFile);
  const running = home.start('collect-hue');
  await until(() => home.logged('http_response').length > 1);
  await new Promise((resolve) => setTimeout(resolve, 300)); // a wait of more than 100 ms is logged
  await holder.release();
  expect((await running.result).exitCode).toBe(0);
  expect(home.logged('lock_waited')).toMatchObject([{ level: 'info', operation: 'database.store' }]);
  expect(story()).toEqual([]);
  expect(await lastCycle()).toMatchObject({ outcome: 'ok', retries: 0 });
  expect(Number((await lastCycle())?.['lock_wait_ms'])).toBeGreaterThan(100);
});
