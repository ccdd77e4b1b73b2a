/** A cycle with the memory store: every order in which lock, proof, source, store and spool can fail. */
import { withoutStoring } from '../../lib/cli/cycle-storage';
import { collect, type CollectContext, type CycleStorage } from '../../lib/collect';
import { MonitorError, type ErrorType } from '../../lib/errors';
import { createRedactor } from '../../lib/logging/redact';
import type { SourceReport } from '../../lib/sources/accept';
import type { DeviceAnswer } from '../../lib/sources/source';
import { createMemoryStore, type MemoryStore } from '../../lib/store/memory-store';
import { noEffort, type Cycle, type Effort, type Store } from '../../lib/store/store';
import { UNHEARD, type ClockVerdict } from '../../lib/witnesses';
import { hueReading } from '../support/cycles';

const error = (type: ErrorType, message: string = type) => new MonitorError(message, { type, permanent: true });
const throwing = (type: ErrorType, message?: string) => () => Promise.reject(error(type, message));
const never = () => new Promise<never>(() => undefined);

const READ: SourceReport = {
  readings: [hueReading('hue:1'), hueReading('hue:2')],
  skipped: { 'hue:3': 'off' },
  devicesSeen: 3,
  leftOut: 0,
};

interface Change {
  lock?: CycleStorage['lock'];
  proveWritable?: () => never;
  read?: () => Promise<DeviceAnswer[]>;
  /** what is made of the answer */
  report?: Partial<SourceReport>;
  clock?: Partial<ClockVerdict>;
  store?: Partial<Store>;
  effort?: Partial<Effort>;
  replay?: () => Promise<void>;
  spool?: () => Promise<never>;
}

interface Run {
  /** what was done, in its order */
  did: string[];
  memory: MemoryStore;
  spooled: Cycle[];
  reading: AbortController;
  storing: AbortController;
  context: CollectContext;
}

function prepare(change: Change): Run {
  const did: string[] = [];
  const does = <T>(name: string, work: () => T) => {
    did.push(name);
    return work();
  };
  const memory = createMemoryStore();
  const spooled: Cycle[] = [];
  const store: Store = { ...memory, ...change.store };
  const [reading, storing] = [new AbortController(), new AbortController()];
  const deadline = ({ signal }: AbortController) => ({
    signal,
    remainingMs: () => 1000,
    interrupt: () => undefined,
    clear: () => undefined,
  });
  const storage: CycleStorage = {
    lock: () =>
      does('lock', change.lock ?? (() => Promise.resolve({ release: () => does('release', () => Promise.resolve()) }))),
    proveWritable: () => does('prove', change.proveWritable ?? (() => Promise.resolve())),
    openStore: () => Promise.resolve(),
    effort: { ...noEffort(), ...change.effort },
    store: {
      ...store,
      store: (readings, judge) => does('store', () => store.store(readings, judge)),
      close: () => does('close', () => store.close()),
    },
    spool: {
      replay: () => does('replay', change.replay ?? (() => Promise.resolve())),
      add: (cycle) => does('spool', change.spool ?? (() => Promise.resolve(void spooled.push(cycle)))),
    },
  };
  const context: CollectContext = {
    collector: 'hue',
    intervalMinutes: 5,
    startedAt: new Date('2026-01-02T03:00:00.000Z'),
    source: { read: () => does('read', change.read ?? (() => Promise.resolve([]))) },
    judgeClock: () => Promise.resolve({ ...UNHEARD, ...change.clock }),
    accept: () => ({ ...READ, ...change.report }),
    traffic: { requests: 1, payloadBytes: 1900, endpoint: 'sensors', clockDifferenceMs: -3000, clockProved: false },
    storage,
    end: { reading: deadline(reading), storing: deadline(storing), graceMs: 0 },
    retries: () => 2,
    redact: createRedactor(['secret-of-the-bridge']),
  };
  return { did, memory, spooled, reading, storing, context };
}

async function run(change: Change) {
  const prepared = prepare(change);
  return { ...prepared, result: await collect(prepared.context) };
}

const WHOLE = ['lock', 'prove', 'read', 'replay', 'store', 'close', 'release'];
const SPOOLED = ['lock', 'prove', 'read', 'replay', 'store', 'spool', 'close', 'release'];

test('a good cycle: what waits is stored first, then this one, and the lock goes last', async () => {
  const { did, memory, result } = await run({});
  expect(did).toEqual(WHOLE);
  expect(result).toMatchObject({ failure: null, readingsStored: 2, readingsSpooled: 0, replaced: null });
  expect(memory.cycles).toEqual([{ record: result.record, readings: READ.readings }]);
  expect(result.record).toMatchObject({ clock_offset_seconds: -3, interval_minutes: 5 });
  expect(result.record).toMatchObject({
    started_at: '2026-01-02T03:00:00.000Z',
    collector: 'hue',
    outcome: 'ok',
    exit_code: 0,
    devices_seen: 3,
    devices_skipped: { 'hue:3': 'off' },
    requests: 1,
    payload_bytes: 1900,
    endpoint: 'sensors',
    retries: 2,
    error_type: null,
  });
});

test('a secret in the words of a failure reaches neither the database nor the spool', async () => {
  const read = throwing('http', 'GET /api/secret-of-the-bridge/sensors failed');
  const stored = await run({ read });
  const error = 'GET /api/<redacted>/sensors failed';
  expect(stored.memory.cycles).toMatchObject([{ record: { error } }]);
  const waiting = await run({ read, store: { store: throwing('database_locked') } });
  expect(waiting.spooled).toMatchObject([{ record: { error } }]);
  expect(JSON.stringify([stored.memory.cycles, waiting.spooled])).not.toContain('secret-of-the-bridge');
});

test.each<[string, Change, number, string[]]>([
  ['the lock is taken', { lock: throwing('overlap') }, 5, ['lock', 'close']],
  [
    'there is no place to write',
    {
      proveWritable: () => {
        throw error('database_full');
      },
    },
    1,
    ['lock', 'prove', 'close', 'release'],
  ],
])('%s: no device is asked, and nothing is stored', async (_name, change, exit_code, order) => {
  const { did, memory, spooled, result } = await run(change);
  expect(did).toEqual(order);
  expect(result.record).toMatchObject({ outcome: 'failed', exit_code });
  expect([memory.cycles, spooled]).toEqual([[], []]);
});

test('a cycle is stamped with the time of the clock that is believed, a failed one too', async () => {
  const clock = { clock: 'corrected', correctionMs: 7_200_000 } as const;
  for (const change of [{ clock }, { clock, read: throwing('timeout') }]) {
    const { result } = await run(change);
    expect(result.record).toMatchObject({ started_at: '2026-01-02T05:00:00.000Z', clock: 'corrected' });
    expect(result.clock).toMatchObject(clock);
  }
});

test.each<[string, Change, string]>([
  ['throws', { read: throwing('timeout') }, 'timeout'],
  ['has a defect', { read: () => Promise.reject(new TypeError('of ours')) }, 'internal'],
  ['lists nothing', { report: { readings: [], skipped: {}, devicesSeen: 0 } }, 'no_readings'],
  ['has only broken sensors', { report: { readings: [], skipped: { 'hue:3': 'malformed' } } }, 'no_readings'],
])('a source that %s: a failed cycle, which has its row nevertheless', async (_name, change, error_type) => {
  const { did, memory, result } = await run(change);
  expect(did).toEqual(WHOLE);
  expect(result.failure?.type).toBe(error_type);
  expect(memory.cycles).toMatchObject([{ record: { outcome: 'failed', exit_code: 1, error_type }, readings: [] }]);
});

test('all sensors off is not a failure; a malformed or unanswered one among good ones makes the cycle partial', async () => {
  const off = await run({ report: { readings: [], skipped: { 'hue:3': 'off' }, devicesSeen: 1 } });
  expect(off.result).toMatchObject({ failure: null, record: { outcome: 'ok', exit_code: 0 } });
  for (const reason of ['malformed', 'not_answered'] as const) {
    const broken = await run({ report: { skipped: { 'hue:3': reason } } });
    expect(broken.result).toMatchObject({ failure: null, record: { outcome: 'partial', exit_code: 3 } });
  }
});

test('sensors that are too many, or too many new ones, make the cycle partial', async () => {
  const many = await run({ report: { leftOut: 12, devicesSeen: 15 } });
  const partial = { outcome: 'partial', exit_code: 3, error_type: 'too_many_devices' };
  expect(many.result).toMatchObject({ failure: null, readingsStored: 2, record: { ...partial, devices_seen: 15 } });
  expect(many.result.record.error).toMatch(/^12 sensors more than collection\.max_devices/);
  const refusesOne: Partial<Store> = { store: (_readings, judge) => Promise.resolve(judge(['hue:2'])) };
  const { result } = await run({ store: refusesOne });
  const skipped = { 'hue:3': 'off', 'hue:2': 'too_many_new' };
  expect(result).toMatchObject({ readingsStored: 1, record: { ...partial, devices_skipped: skipped } });
  expect(result.report).toMatchObject({ readings: [{ device_id: 'hue:1' }], skipped });
});

test.each<[string, Change, string[]]>([
  ['the store fails', { store: { store: throwing('database_locked') } }, SPOOLED],
  ['what waits cannot be stored', { replay: throwing('database_locked') }, SPOOLED.filter((step) => step !== 'store')],
])('%s: what was read goes to the spool with its failed row', async (_name, change, order) => {
  const { did, memory, spooled, result } = await run(change);
  expect(did).toEqual(order);
  expect(result).toMatchObject({ readingsStored: 0, readingsSpooled: 2, failure: { type: 'database_locked' } });
  expect(memory.cycles).toEqual([]);
  const record = { outcome: 'failed', exit_code: 1, error_type: 'database_locked', lock_wait_ms: 0, devices_seen: 3 };
  expect(spooled).toMatchObject([{ record, readings: READ.readings }]);
});

test('store and spool fail: the loss is reported, with the remedy for the spool', async () => {
  const full = () =>
    Promise.reject(new MonitorError('the disk is full', { type: 'database_full', remediation: 'df -h' }));
  const { result } = await run({ store: { store: throwing('database_locked', 'it is locked') }, spool: full });
  expect(result).toMatchObject({ readingsStored: 0, readingsSpooled: 0 });
  expect(result.failure).toMatchObject({
    message: 'it is locked. the disk is full. 2 readings are lost.',
    type: 'database_locked',
    remediation: 'df -h',
  });
});

test('source, store and spool fail: there was nothing to lose, so the error of the source is reported', async () => {
  const { result } = await run({
    read: throwing('timeout'),
    store: { store: throwing('database_locked') },
    spool: throwing('database_full'),
  });
  expect(result.failure).toMatchObject({ type: 'timeout', message: 'timeout' });
});

test('a corrupt database was replaced: stored, partial, and the place of the former one is reported', async () => {
  const { result, memory } = await run({ effort: { replaced: '/data/readings.db.corrupt-1' } });
  expect(result).toMatchObject({
    readingsStored: 2,
    failure: null,
    replaced: '/data/readings.db.corrupt-1',
    record: { outcome: 'partial', exit_code: 3, error_type: 'database_corrupt' },
  });
  expect(result.record.error).toContain('/data/readings.db.corrupt-1');
  expect(memory.cycles).toMatchObject([{ record: result.record }]);
});

test('a cycle that stores nothing reads and is judged as any other', async () => {
  const { context, did, memory, spooled } = prepare({ report: { skipped: { 'hue:3': 'malformed' } } });
  const result = await collect({ ...context, storage: withoutStoring(context.storage) });
  expect(did).toEqual(['read']);
  expect(result).toMatchObject({ failure: null, record: { outcome: 'partial', exit_code: 3, devices_seen: 3 } });
  expect([memory.cycles, spooled]).toEqual([[], []]);
});

/** Begins a cycle, and ends its reading or storing once it has done `step`. */
async function ending(part: 'reading' | 'storing', step: string, reason: MonitorError, change: Change) {
  const prepared = prepare(change);
  const collecting = collect(prepared.context);
  while (!prepared.did.includes(step)) await Promise.resolve();
  prepared[part].abort(reason);
  return { ...prepared, result: await collecting };
}

test.each(['deadline', 'interrupted'] as const)('%s while the source hangs: a failed row is stored', async (type) => {
  const { did, memory, result } = await ending('reading', 'read', error(type), { read: never });
  expect(did).toEqual(WHOLE);
  expect(result.failure?.type).toBe(type);
  expect(memory.cycles).toMatchObject([{ record: { outcome: 'failed', error_type: type }, readings: [] }]);
});

test.each(['deadline', 'interrupted'] as const)('%s while the store hangs: spooled, and reported so', async (type) => {
  const { did, spooled, result } = await ending('storing', 'store', error(type), { store: { store: never } });
  expect(did).toEqual(SPOOLED);
  expect(result).toMatchObject({ readingsSpooled: 2, failure: { type } });
  expect(spooled).toMatchObject([{ record: { outcome: 'failed', error_type: type } }]);
});

test('a store that does not close, and a lock that is not released, do not delay the result', async () => {
  const change = { lock: () => Promise.resolve({ release: throwing('internal') }) };
  const { result } = await ending('storing', 'close', error('deadline'), { ...change, store: { close: never } });
  expect(result).toMatchObject({ failure: null, readingsStored: 2 });
});
