import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../../../lib/config/config';
import { integrityAtMostOnceADay } from '../../../lib/health/checks/remembered-integrity';
import { scratchDirectory } from '../../support/scratch';

const LARGE = { ino: 7, size: 50_000_000 };
const START = Date.parse('2026-01-02T03:04:05Z');
const HOUR = 3_600_000;

let directory: string;
let looks: number;

beforeEach(() => {
  directory = scratchDirectory();
  looks = 0;
});

async function ask(file = LARGE, { after = 0, fresh = false, result = 'ok', cutShort = false } = {}): Promise<string> {
  const config = { storage: { data_directory: directory } } as Config;
  const signal = cutShort ? AbortSignal.abort() : new AbortController().signal;
  const found = await integrityAtMostOnceADay(
    { config, fresh, signal, now: () => new Date(START + after) },
    file,
    () => {
      looks++;
      return result === 'ok' ? Promise.resolve(result) : Promise.reject(new Error(result));
    },
  );
  return [found.result, ...(found.age === null ? [] : [found.age])].join(', ');
}

test('a large database is looked through once a day', async () => {
  expect(await ask()).toBe('ok');
  expect(await ask(LARGE, { after: 3 * HOUR })).toBe('ok, checked 3 h ago (--fresh checks again)');
  expect(looks).toBe(1);
  expect(await ask(LARGE, { after: 24 * HOUR })).toBe('ok');
  expect(looks).toBe(2);
});

test.each([
  ['with --fresh', () => ask(LARGE, { fresh: true })],
  ['if another file lies in its place', () => ask({ ...LARGE, ino: 8 })],
  ['if the clock was set back', () => ask(LARGE, { after: -HOUR })],
  [
    'if what is remembered is damaged',
    () => {
      writeFileSync(join(directory, 'health-integrity.json'), '{"version":1,"inode":7,');
      return ask();
    },
  ],
])('it is looked through again %s', async (_, again) => {
  await ask();
  expect(await again()).toBe('ok');
  expect(looks).toBe(2);
});

test('a small one is looked through every time, and leaves nothing', async () => {
  const small = { ino: 7, size: 2_000_000 };
  expect([await ask(small), await ask(small)]).toEqual(['ok', 'ok']);
  expect(looks).toBe(2);
  expect(readdirSync(directory)).toEqual([]);
});

test('damage is found every time', async () => {
  await expect(ask(LARGE, { result: 'damaged' })).rejects.toThrow('damaged');
  await expect(ask(LARGE, { result: 'damaged' })).rejects.toThrow('damaged');
  expect(readdirSync(directory)).toEqual([]);
});

test('if nothing can be remembered it is looked through every time', async () => {
  mkdirSync(join(directory, 'health-integrity.json'));
  expect([await ask(), await ask()]).toEqual(['ok', 'ok']);
  expect(looks).toBe(2);
});

test('damage found by --fresh is not forgotten by the next check', async () => {
  await ask();
  await expect(ask(LARGE, { fresh: true, result: 'damaged' })).rejects.toThrow('damaged');
  await expect(ask(LARGE, { result: 'damaged' })).rejects.toThrow('damaged');
  expect(looks).toBe(3);
});

test('a result that the end of the check cut short is not remembered', async () => {
  await ask(LARGE, { cutShort: true });
  await ask();
  expect(looks).toBe(2);
});
