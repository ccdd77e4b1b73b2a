import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import nodeFs from 'node:fs';
import { basename, join } from 'node:path';
import { DiskCap } from '../../../lib/logging/disk-cap';
import { scratchDirectory } from '../../support/scratch';

const CAP = 100_000;

let directory: string;
beforeEach(() => (directory = scratchDirectory()));

function write(name: string, bytes: number): void {
  writeFileSync(join(directory, name), 'x'.repeat(bytes));
}

const cap = (fs = nodeFs, maxBackups = 5) => new DiskCap(directory, CAP, maxBackups, fs);
const names = (paths: string[]) => paths.map((path) => basename(path));

test('nothing is removed while there is room', () => {
  write('collect-hue.log', 1000);
  write('collect-hue.1.log', 50_000);
  expect(cap().makeRoom(1000, 200, false)).toEqual({ granted: true, removed: [] });
});

test('the oldest backup of the program that uses most is removed, as often as needed', () => {
  write('collect-hue.log', 10_000);
  for (const number of [9, 10, 11]) write(`collect-hue.${number}.log`, 10_000);
  write('collect-aqm.log', 30_000);
  write('collect-aqm.2.log', 15_000);
  write('collect-aqm.3.log', 14_000);
  const { granted, removed } = cap().makeRoom(10_000, 16_000, false);
  expect(granted).toBe(true);
  expect(names(removed)).toEqual(['collect-aqm.2.log', 'collect-aqm.3.log']);
});

test('a program with few lines keeps its history next to one with many', () => {
  write('health.1.log', 500);
  write('collect-hue.1.log', 49_000);
  write('collect-hue.2.log', 49_000);
  expect(names(cap().makeRoom(0, 2000, false).removed)).toEqual(['collect-hue.1.log']);
});

test('other programs may write within what they have begun, without counting', () => {
  // 100 bytes is the grain of this cap: the file of 49,901 counts as 50,000.
  write('collect-hue.log', 49_901);
  write('collect-aqm.log', 48_900);
  expect(cap().isWithinGrant(49_901, 99)).toBe(true);
  expect(cap().isWithinGrant(49_901, 100)).toBe(false);
  expect(cap().makeRoom(48_900, 100, true).granted).toBe(true);
  expect(cap().makeRoom(48_900, 101, true).granted).toBe(false);
});

test('if no backup is left, the last tenth is kept for warnings and worse', () => {
  write('collect-hue.log', 89_000);
  expect(cap().makeRoom(89_000, 1000, false)).toEqual({ granted: false, removed: [] });
  expect(cap().makeRoom(89_000, 1000, true).granted).toBe(true);
});

test('a backup that cannot be removed still counts, and another one is removed', () => {
  write('collect-hue.1.log', 60_000);
  write('collect-aqm.1.log', 39_000);
  const immutable = { ...nodeFs, unlinkSync: (path: nodeFs.PathLike) => refuse(path, 'collect-hue.1.log') };
  expect(names(cap(immutable).makeRoom(0, 1000, false).removed)).toEqual(['collect-aqm.1.log']);
});

function refuse(path: nodeFs.PathLike, name: string): void {
  if (basename(path as string) === name) throw Object.assign(new Error('EPERM'), { code: 'EPERM' });
  nodeFs.unlinkSync(path);
}

test('other files do not count', () => {
  write('other.log', 500_000);
  write('collect-hue.log.1', 500_000);
  mkdirSync(join(directory, 'collect-aqm.log'));
  expect(cap().makeRoom(0, 1000, false)).toEqual({ granted: true, removed: [] });
  expect(readdirSync(directory)).toHaveLength(3);
});

test('backups of an older configuration are removed first, of every program', () => {
  for (const number of [1, 2, 3]) write(`collect-hue.${number}.log`, 10);
  for (const number of [1, 2]) write(`health.${number}.log`, 10);
  expect(names(cap(nodeFs, 1).makeRoom(0, 10, false).removed)).toEqual([
    'collect-hue.1.log',
    'collect-hue.2.log',
    'health.1.log',
  ]);
  expect(names(cap(nodeFs, 0).makeRoom(0, 10, false).removed).sort()).toEqual(['collect-hue.3.log', 'health.2.log']);
});

test('the sum never exceeds the cap, for any lines', () => {
  const limit = cap();
  const sizes = new Map<string, number>();
  for (let step = 0; step < 3000; step++) {
    const program = step % 3 ? 'collect-hue' : 'collect-aqm';
    const size = sizes.get(program) ?? 0;
    const bytes = 50 + ((step * 7919) % 700);
    const fits = size > 0 && limit.isWithinGrant(size, bytes);
    if (!fits && !limit.makeRoom(size, bytes, true).granted) continue;
    nodeFs.appendFileSync(join(directory, `${program}.log`), 'x'.repeat(bytes));
    sizes.set(program, size + bytes);
    const total = readdirSync(directory).reduce((sum, name) => sum + statSync(join(directory, name)).size, 0);
    expect(total).toBeLessThanOrEqual(CAP);
    if (size + bytes > 20_000) {
      nodeFs.renameSync(join(directory, `${program}.log`), join(directory, `${program}.${step + 1}.log`));
      sizes.set(program, 0);
    }
  }
});
