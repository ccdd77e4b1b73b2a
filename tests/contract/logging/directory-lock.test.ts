import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { DirectoryLock } from '../../../lib/logging/directory-lock';
import { describeThisProcess, lifeOf } from '../../../lib/files/process-identity';
import { until } from '../../support/until';
import { asNobody, isRoot } from '../../support/as-user';
import { scratchDirectory } from '../../support/scratch';

const CHILD = join(__dirname, '..', '..', 'support', 'run-typescript.js');

let directory: string;
let locks: DirectoryLock[];
beforeEach(() => {
  directory = scratchDirectory();
  locks = [];
});
afterEach(() => locks.forEach((lock) => lock.close()));

function create(maxWaitMs?: number): DirectoryLock {
  const lock = new DirectoryLock(directory, maxWaitMs);
  locks.push(lock);
  return lock;
}

/** Another process that takes the lock `times` times. */
async function child(times: number, end: 'natural' | 'killed'): Promise<void> {
  const process_ = spawn(process.execPath, [CHILD, 'hold-log-lock', directory, String(times), end], {
    stdio: 'inherit',
  });
  const [code, signal] = (await once(process_, 'exit')) as [number | null, string | null];
  expect(signal ?? code).toBe(end === 'killed' ? 'SIGKILL' : 0);
}

/** The description of this process, with one part changed. */
function describe_(part: number, value: string): string {
  const parts = describeThisProcess().split(' ');
  parts[part] = value;
  return parts.join(' ');
}
const [PID, START, BOOT, NAMESPACE, NONCE] = [0, 1, 2, 3, 4];

test('is held by one, and leaves nothing behind', () => {
  const [one, other] = [create(), create(1)];
  expect(one.acquire()).toBeUndefined();
  expect(other.acquire()).toContain(`process ${process.pid} holds`);
  one.release();
  expect(other.acquire()).toBeUndefined();
  other.release();
  one.close();
  other.close();
  expect(readdirSync(directory)).toEqual([]);
});

test('four processes never hold it at the same time', async () => {
  writeFileSync(join(directory, 'counter'), '0');
  await Promise.all([1, 2, 3, 4].map(() => child(2000, 'natural')));
  expect(readFileSync(join(directory, 'counter'), 'utf8')).toBe('8000');
  expect(readdirSync(directory)).toEqual(['counter']);
});

test('a killed holder does not block, and its files are removed', async () => {
  writeFileSync(join(directory, 'counter'), '0');
  await child(1, 'killed');
  await Promise.all([child(1, 'killed'), child(500, 'natural'), child(500, 'natural')]);
  // The killed one may have been the last.
  const lock = create();
  expect(lock.acquire()).toBeUndefined();
  lock.release();
  lock.close();
  expect(readdirSync(directory)).toEqual(['counter']);
  expect(readFileSync(join(directory, 'counter'), 'utf8')).toBe('1002');
});

const dead: [string, string][] = [
  ['a process that is gone', describe_(PID, '4194305')],
  ['a process whose number is used again', describe_(START, '1')],
  ['a process of the boot before', describe_(BOOT, '00000000-0000-0000-0000-000000000000')],
  ['a process of another container', describe_(NAMESPACE, 'pid:[1]')],
  ['nobody: it is empty', ''],
  ['nobody: it is damaged', '\u0000garbage'],
];
test.each(dead)('is taken over from %s', (_name, holder) => {
  writeFileSync(join(directory, '.lock'), holder);
  const lock = create(5);
  expect(lock.acquire()).toBeUndefined();
  lock.release();
  lock.close();
  expect(readdirSync(directory)).toEqual([]);
});

test.each(['', '\0'.repeat(70)])('%j, as a power cut leaves it, is not waited for', (content) => {
  writeFileSync(join(directory, '.lock'), content);
  const lock = create(600_000); // the test would end before
  expect(lock.acquire()).toBeUndefined();
  lock.release();
  lock.close();
  expect(readdirSync(directory)).toEqual([]);
});

test('is taken over again if the process that took it over was killed meanwhile', () => {
  const [gone, goneToo] = [describe_(PID, '4194305'), describe_(PID, '4194306')];
  writeFileSync(join(directory, '.lock'), gone);
  writeFileSync(join(directory, `.lock.${gone.split(' ')[NONCE]}`), goneToo);
  const lock = create();
  expect(lock.acquire()).toBeUndefined();
  lock.release();
  lock.close();
  expect(readdirSync(directory)).toEqual([]);
});

test('while a live process takes it over, no other one does', () => {
  const gone = describe_(PID, '4194305');
  writeFileSync(join(directory, '.lock'), gone);
  writeFileSync(join(directory, `.lock.${gone.split(' ')[NONCE]}`), describeThisProcess());
  expect(create(1).acquire()).toContain('does not release it');
  expect(readFileSync(join(directory, '.lock'), 'utf8')).toBe(gone);
});

test('the files of killed writers are removed, those of live ones stay', () => {
  writeFileSync(join(directory, '.writer-1-a'), describe_(PID, '4194305'));
  writeFileSync(join(directory, '.writer-2-b'), describeThisProcess());
  writeFileSync(join(directory, '.other'), '');
  utimesSync(join(directory, '.other'), 0, 0);
  const lock = create();
  lock.acquire();
  lock.release();
  lock.close();
  expect(readdirSync(directory).sort()).toEqual(['.other', '.writer-2-b']);
});

test('survives the loss of its directory', () => {
  const lock = create();
  lock.acquire();
  rmSync(directory, { recursive: true });
  lock.release();
  expect(lock.acquire()).toBeUndefined();
});

(isRoot ? test : test.skip)('says why it cannot be taken in a read-only directory (needs root)', () => {
  expect(asNobody(() => create().acquire())).toContain('permission denied (EACCES)');
});

test('a live process is known as alive, also from the description by another one', () => {
  expect(lifeOf(describeThisProcess())).toBe('alive');
  expect(lifeOf('')).toBe('unknown');
});

const onLinux = existsSync('/proc/self/stat') ? test : test.skip;
onLinux('a process that ended but is not yet collected by its parent counts as dead (needs /proc)', async () => {
  // The child waits for the end of a pipe, so that it outlives the shell, which would collect it.
  const parent = spawn('/bin/sh', ['-c', 'read end <&3 & echo $!; exec sleep 100'], {
    stdio: ['ignore', 'pipe', 'ignore', 'pipe'],
  });
  const [pid] = (await once(parent.stdout as Readable, 'data')) as [Buffer];
  await until(() => readFileSync(`/proc/${parent.pid}/comm`, 'utf8') === 'sleep\n');
  (parent.stdio[3] as Writable).end();
  const stat = () => readFileSync(`/proc/${pid.toString().trim()}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  await until(() => stat()[0] === 'Z');
  const ended = describeThisProcess().split(' ');
  ended[PID] = pid.toString().trim();
  ended[START] = stat()[19] ?? '';
  expect(lifeOf(ended.join(' '))).toBe('dead');
  parent.kill('SIGKILL');
});
