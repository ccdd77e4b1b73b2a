/** `--quiet-repeats`: what is printed of a series of cycles, as a crontab would mail it. */
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openFailureMemory } from '../../../lib/cli/failure-memory';
import { scratchDirectory } from '../../support/scratch';
import { storageOf } from '../../support/storage';

const HOUR = 3_600_000;
const START = Date.parse('2026-03-01T12:00:00Z');

type End = readonly [exitCode: number, kind: string];
const OK: End = [0, ''];
const TIMEOUT: End = [1, 'timeout'];
const HTTP: End = [1, 'http'];
const OVERLAP: End = [5, 'overlap'];
const LOGIN: End = [4, 'login_needed'];
const CONFIGURATION: End = [2, 'configuration'];
const PARTIAL: End = [3, 'partial'];

interface Place {
  data?: string;
  after_failures?: number;
  require_mount?: boolean;
  /** whether somebody could receive what is printed */
  heard?: boolean;
}

function memoryIn(
  folder: string,
  now: () => number,
  { data = 'data', after_failures = 2, require_mount = false, heard = true }: Place,
) {
  const logging = { directory: join(folder, 'logs') } as never;
  const storage = storageOf(join(folder, data), { require_mount });
  const options = { now, heard: () => heard };
  const memory = openFailureMemory({ storage, logging, alerting: { after_failures } }, 'collect-hue', options);
  /** As the collector does it: what is to be printed is printed. */
  const failed = (exitCode: number, kind: string) => {
    const isPrinted = memory.failed(exitCode, kind);
    if (isPrinted) memory.told(kind);
    return isPrinted;
  };
  const remark = (kind: string) => {
    let isPrinted = false;
    memory.remark(kind, () => (isPrinted = true));
    return isPrinted;
  };
  return { ...memory, failed, remark };
}

/** Each cycle is a process of its own: nothing but the file is remembered. */
function mailsOf(ends: readonly End[], hoursBetween = 0.1, place: Place | ((cycle: number) => Place) = {}): string[] {
  const folder = scratchDirectory();
  for (const name of ['data', 'logs']) mkdirSync(join(folder, name));
  let now = START;
  return ends.map(([exitCode, kind], cycle) => {
    const memory = memoryIn(folder, () => now, typeof place === 'function' ? place(cycle) : place);
    now += hoursBetween * HOUR;
    if (exitCode === 0) return memory.succeeded() ? 'recovered' : '';
    return memory.failed(exitCode, kind) ? kind : '';
  });
}

test.each<[string, End[], string[]]>([
  ['one failure that passes is not worth a mail', [TIMEOUT, OK, TIMEOUT, OK], ['', '', '', '']],
  [
    'the second in a row is told, and its end, once',
    [TIMEOUT, TIMEOUT, TIMEOUT, OK, OK],
    ['', 'timeout', '', 'recovered', ''],
  ],
  ['they count in a row whatever their kind', [TIMEOUT, HTTP, TIMEOUT], ['', 'http', 'timeout']],
  ['another cycle that still runs counts, too', [OVERLAP, OVERLAP, OK], ['', 'overlap', 'recovered']],
  ['what a person must do is told at once', [LOGIN, LOGIN, OK], ['login_needed', '', 'recovered']],
  ['a configuration, too', [CONFIGURATION, CONFIGURATION, OK], ['configuration', '', 'recovered']],
  ['and a partial cycle', [PARTIAL, PARTIAL, OK, OK], ['partial', '', 'recovered', '']],
  ['a partial cycle has stored something: the row begins again', [TIMEOUT, PARTIAL, TIMEOUT], ['', 'partial', '']],
  [
    'the same kind only once in 24 hours, though it was over in between',
    [TIMEOUT, TIMEOUT, OK, TIMEOUT, TIMEOUT, OK, HTTP, HTTP],
    ['', 'timeout', 'recovered', '', '', '', '', 'http'],
  ],
])('%s', (_title, ends, mails) => {
  expect(mailsOf(ends)).toEqual(mails);
});

test('after 24 hours it is told again', () => {
  expect(mailsOf([LOGIN, LOGIN, LOGIN, LOGIN], 12)).toEqual(['login_needed', '', 'login_needed', '']);
});

test('after_failures says from which failure on', () => {
  expect(mailsOf([HTTP, HTTP], 0.1, { after_failures: 1 })).toEqual(['http', '']);
  expect(mailsOf([HTTP, HTTP, HTTP, HTTP], 0.1, { after_failures: 4 })).toEqual(['', '', '', 'http']);
});

test('what nobody could receive is printed again, until somebody can', () => {
  const deafUntil = (first: number) => (cycle: number) => ({ heard: cycle >= first });
  const all = [LOGIN, LOGIN, LOGIN, LOGIN, OK, OK];
  const heardAtLast = ['login_needed', 'login_needed', 'login_needed', '', 'recovered', ''];
  expect(mailsOf(all, 0.1, deafUntil(2))).toEqual(heardAtLast);
  // Nobody heard of the failure, so nobody waits for its end.
  expect(mailsOf([LOGIN, LOGIN, OK, LOGIN], 0.1, deafUntil(2))).toEqual([
    'login_needed',
    'login_needed',
    '',
    'login_needed',
  ]);
  // The end is told to the first who can hear it.
  expect(mailsOf([LOGIN, OK, OK, OK], 0.1, (cycle) => ({ heard: cycle !== 1 }))).toEqual([
    ...['login_needed', 'recovered', 'recovered', ''],
  ]);
  const deaf = memoryIn(scratchDirectory(), () => START, { heard: false });
  expect([deaf.remark('log'), deaf.remark('log')]).toEqual([true, true]);
});

test.each<[string, Place]>([
  ['there is no data directory', { data: 'not-there' }],
  ['its disk is not mounted', { require_mount: true }],
])('if %s, it is remembered beside the logs', (_title, place) => {
  expect(mailsOf([TIMEOUT, TIMEOUT, TIMEOUT, OK], 0.1, place)).toEqual(['', 'timeout', '', 'recovered']);
});

test('with an unmounted disk nothing is written into its mount point; the newest memory counts', () => {
  const folder = scratchDirectory();
  for (const name of ['data', 'logs']) mkdirSync(join(folder, name));
  const file = (place: string) => join(folder, place, `${place === 'logs' ? '.' : ''}collect-hue.last-failure.json`);
  let now = START;
  const open = (place: Place) => memoryIn(folder, () => now, place);
  expect(open({ require_mount: true }).failed(1, 'not_mounted')).toBe(false);
  expect([existsSync(file('data')), existsSync(file('logs'))]).toEqual([false, true]);
  now += HOUR;
  expect(open({}).failed(1, 'http')).toBe(true);
  expect(JSON.parse(readFileSync(file('data'), 'utf8'))).toMatchObject({ failures: 2, told: true });
});

test.each(['', '{', 'null', '[]', '{"said":{"http":"2099-01-01T00:00:00Z"}}', '{"said":7,"failures":-1}'])(
  'a file of %j, or times in the future, cost one mail at most',
  (content) => {
    const folder = scratchDirectory();
    mkdirSync(join(folder, 'data'));
    writeFileSync(join(folder, 'data/collect-hue.last-failure.json'), content);
    const memory = () => memoryIn(folder, () => START, { after_failures: 1 });
    expect([memory().failed(1, 'http'), memory().failed(1, 'http')]).toEqual([true, false]);
  },
);

test('if nothing can be written, every failure is printed', () => {
  const folder = scratchDirectory();
  const memory = () => memoryIn(join(folder, 'nothing'), () => START, { after_failures: 1 });
  chmodSync(folder, 0o755);
  expect([memory().failed(1, 'http'), memory().failed(1, 'http')]).toEqual([true, true]);
});

test('a remark that is no outcome is made once a day, and is not over with the next success', () => {
  const folder = scratchDirectory();
  mkdirSync(join(folder, 'data'));
  const memory = () => memoryIn(folder, () => START, {});
  expect([memory().remark('log'), memory().remark('log'), memory().succeeded()]).toEqual([true, false, false]);
});
