import {
  appendFileSync,
  chmodSync,
  chownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import nodeFs from 'node:fs';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { LogFileSystem } from '../../../lib/logging/current-file';
import { RotatingFile, type LogFileEvent, type RotatingFileOptions } from '../../../lib/logging/rotating-file';
import { asNobody, isRoot, NOBODY } from '../../support/as-user';
import { scratchDirectory } from '../../support/scratch';

/** Ten bytes, so that the files of 100 bytes hold ten of them. */
const line = (number: number) => `${String(number).padStart(9, '0')}\n`;

let directory: string;
let opened: RotatingFile[];
beforeEach(() => {
  directory = join(scratchDirectory(), 'logs');
  opened = [];
});
afterEach(() => opened.forEach((file) => file.close()));

function open(options: Partial<RotatingFileOptions> = {}): RotatingFile {
  const limits = { maxFileBytes: 100, maxBackups: 3, maxTotalBytes: 1_000_000, minFreeBytes: 0 };
  const file = new RotatingFile({ directory, program: 'collect-hue', ...limits, ...options });
  opened.push(file);
  return file;
}

function append(file: RotatingFile, from: number, to: number): LogFileEvent[] {
  const happened: LogFileEvent[] = [];
  for (let number = from; number <= to; number++) happened.push(...file.append(line(number), false));
  return happened;
}

const path = (name = 'collect-hue.log') => join(directory, name);
const read = (name?: string) => readFileSync(path(name), 'utf8');
const logs = () =>
  readdirSync(directory)
    .filter((name) => !name.startsWith('.'))
    .sort();
const lines = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => line(from + index)).join('');

describe('rotation', () => {
  test('comes before the line that would exceed the limit, never earlier', () => {
    const file = open();
    append(file, 1, 10);
    expect(logs()).toEqual(['collect-hue.log']);
    expect(statSync(path())).toMatchObject({ size: 100, mode: 0o100640 }); // with the usual umask
    expect(append(file, 11, 11)).toMatchObject([
      { kind: 'new' },
      { kind: 'rotate', from: path(), to: path('collect-hue.1.log'), bytes: 100 },
    ]);
    expect(read('collect-hue.1.log')).toBe(lines(1, 10));
    expect(read()).toBe(line(11));
  });

  test('keeps the newest backups and says which are removed', () => {
    const happened = append(open(), 1, 55);
    expect(logs()).toEqual(['collect-hue.3.log', 'collect-hue.4.log', 'collect-hue.5.log', 'collect-hue.log']);
    expect(happened.filter(({ kind }) => kind === 'removed')).toEqual([
      { kind: 'removed', file: path('collect-hue.1.log') },
      { kind: 'removed', file: path('collect-hue.2.log') },
    ]);
    expect(read('collect-hue.3.log') + read('collect-hue.4.log') + read('collect-hue.5.log') + read()).toBe(
      lines(21, 55),
    );
  });

  test.each([0, 1, 100])('keeps %i backups if that is configured', (maxBackups) => {
    append(open({ maxBackups }), 1, 1055);
    expect(logs()).toHaveLength(1 + maxBackups);
    expect(read()).toBe(lines(1051, 1055));
  });

  test('is noticed by another writer of the same file', () => {
    const [one, other] = [open(), open()];
    for (let number = 1; number <= 35; number++) append(number % 2 ? one : other, number, number);
    expect(read('collect-hue.1.log') + read('collect-hue.2.log') + read('collect-hue.3.log') + read()).toBe(
      lines(1, 35),
    );
  });

  test('removes what an older configuration left over', () => {
    mkdirSync(directory);
    for (let number = 1; number <= 9; number++) writeFileSync(path(`collect-aqm.${number}.log`), line(number));
    append(open(), 1, 1);
    expect(logs()).toEqual(['collect-aqm.7.log', 'collect-aqm.8.log', 'collect-aqm.9.log', 'collect-hue.log']);
  });

  test('never counts, overwrites or removes a file that is not ours', () => {
    mkdirSync(path('collect-hue.7.log'), { recursive: true });
    symlinkSync('/nowhere', path('collect-hue.8.log'));
    const strangers = [
      'other.log',
      'collect-hue.1.log.gz',
      'collect-hue.01.log',
      'collect-hue.0.log',
      'my-collect-hue.1.log',
      'collect-hue.-1.log',
    ];
    for (const name of strangers) writeFileSync(path(name), 'x'.repeat(5000));
    append(open({ maxBackups: 1, maxTotalBytes: 1000 }), 1, 55);
    expect(logs()).toEqual(
      [...strangers, 'collect-hue.7.log', 'collect-hue.8.log', 'collect-hue.13.log', 'collect-hue.log'].sort(),
    );
  });
});

describe('the next line is on disk again after', () => {
  const accidents: [string, () => void][] = [
    ['the file was deleted', () => rmSync(path())],
    ['the file was moved', () => renameSync(path(), path('elsewhere'))],
    ['the file was emptied', () => truncateSync(path())],
    ['the file was cut in the middle of a line', () => truncateSync(path(), 13)],
    ['the directory was deleted', () => rmSync(directory, { recursive: true })],
    ['the directory was moved', () => renameSync(directory, `${directory}-moved`)],
    ['everything in it was deleted', () => readdirSync(directory).forEach((name) => rmSync(path(name)))],
    [
      'another file took its place',
      () => {
        rmSync(path());
        writeFileSync(path(), 'a note\n');
      },
    ],
  ];
  test.each(accidents)('%s', (_name, accident) => {
    const file = open();
    append(file, 1, 3);
    accident();
    append(file, 4, 4);
    expect(read()).toMatch(/^([^\n]+\n)*000000004\n$/);
    expect(read()).not.toMatch(/^0\d{0,7}\n/m);
  });
});

describe('a torn line', () => {
  test('of a killed process is removed', () => {
    mkdirSync(directory);
    writeFileSync(path(), `${line(1)}{"half":`);
    append(open(), 2, 2);
    expect(read()).toBe(lines(1, 2));
  });

  test('is cut off if the disk fills up in the middle of it, and the file goes on', () => {
    let room = 25;
    const full: Partial<LogFileSystem> = {
      writeSync: ((descriptor: number, bytes: Buffer, offset: number) => {
        const part = bytes.subarray(offset, offset + room);
        if (part.length === 0) throw Object.assign(new Error('full'), { code: 'ENOSPC' });
        room -= part.length;
        return nodeFs.writeSync(descriptor, part);
      }) as LogFileSystem['writeSync'],
    };
    const file = open({ fs: { ...nodeFs, ...full } });
    append(file, 1, 2);
    expect(() => file.append(line(3), false)).toThrow('full');
    expect(read()).toBe(lines(1, 2));
    room = 1000;
    append(file, 4, 4);
    expect(read()).toBe(lines(1, 2) + line(4));
  });

  test('text that is not a line of ours stays, on its own line', () => {
    mkdirSync(directory);
    writeFileSync(path(), 'x'.repeat(100_000));
    append(open({ maxFileBytes: 1_000_000 }), 1, 1);
    expect(read()).toBe(`${'x'.repeat(100_000)}\n${line(1)}`);
  });
});

describe('a rotation that fails', () => {
  const steps: [string, keyof LogFileSystem, string][] = [
    ['removing the oldest backup', 'unlinkSync', 'EACCES'],
    ['renaming', 'renameSync', 'EBUSY'],
    ['renaming', 'renameSync', 'EIO'],
    ['creating the new file', 'openSync', 'ENOSPC'],
    ['asking for free space', 'statfsSync', 'EIO'],
  ];
  test.each(steps)('at %s (%s: %s) loses nothing, and is done by the next try', (_name, call, code) => {
    let broken = false;
    const real = nodeFs[call] as (...parameters: unknown[]) => unknown;
    const breaking = (...parameters: unknown[]) => {
      if (broken) throw Object.assign(new Error(code), { code });
      return real(...parameters);
    };
    const file = open({ fs: { ...nodeFs, [call]: breaking } });
    append(file, 1, 40);
    broken = true;
    const failures = append(file, 41, 45).filter(({ kind }) => kind !== 'removed');
    expect(failures).toMatchObject([{ kind: 'rotation_failed', error: expect.anything() as unknown }]);
    expect(read()).toBe(lines(31, 45));
    if (call !== 'statfsSync') expect(() => file.rotateNow()).toThrow();
    broken = false;
    expect(file.rotateNow().map(({ kind }) => kind)).toContain('rotate');
    append(file, 46, 46);
    expect(read()).toBe(line(46));
    expect(logs().slice(0, -1).map(read).join('') + read()).toBe(lines(11, 46));
  });

  test('is not done again if another process has done it meanwhile', () => {
    const broken = open({ fs: { ...nodeFs, renameSync: () => { throw new Error('EBUSY'); } } }); // prettier-ignore
    append(broken, 1, 12);
    append(open(), 13, 13);
    expect(broken.rotateNow()).toMatchObject([]);
    expect(read()).toBe(line(13));
  });

  (isRoot ? test : test.skip)('in a directory that is read-only for us, the file goes on (needs root)', () => {
    mkdirSync(directory);
    writeFileSync(path(), lines(1, 10));
    chownSync(path(), NOBODY, NOBODY);
    chmodSync(directory, 0o555);
    const file = open();
    const happened = asNobody(() => append(file, 11, 12));
    expect(happened).toMatchObject([{ kind: 'rotation_failed' }]);
    expect(read()).toBe(lines(1, 12));
    expect(readdirSync(directory)).toEqual(['collect-hue.log']);
  });

  test('too little space: reported, not tried, and the file goes on', () => {
    const file = open({ minFreeBytes: 1e18 });
    expect(append(file, 1, 30)).toMatchObject([{ kind: 'new' }, { kind: 'low_space' }]);
    expect(read()).toBe(lines(1, 30));
  });
});

describe('a line that cannot be written', () => {
  test('throws, and the next one is tried again', () => {
    const full = nodeFs.openSync('/dev/full', 'w');
    let isFull = true;
    const writeSync = ((file: number, bytes: Uint8Array, offset?: number) =>
      nodeFs.writeSync(isFull ? full : file, bytes, offset)) as LogFileSystem['writeSync'];
    const file = open({ fs: { ...nodeFs, writeSync } });
    expect(() => file.append(line(1), true)).toThrow('ENOSPC');
    isFull = false;
    append(file, 2, 2);
    expect(read()).toBe(line(2));
  });

  test('because its file is a link, or a pipe: what it leads to stays as it is', () => {
    mkdirSync(directory);
    writeFileSync(path('victim'), 'precious, without a newline');
    for (const plant of [
      () => symlinkSync(path('victim'), path()),
      () => symlinkSync(path('not there'), path()),
      () => execFileSync('mkfifo', [path()]),
    ]) {
      plant();
      const file = open();
      expect(() => file.append(line(1), true)).toThrow(/collect-hue\.log is a (symbolic link|pipe)/);
      rmSync(path());
      append(file, 2, 2);
      expect(read()).toBe(line(2));
      rmSync(path());
    }
    expect(logs()).toEqual(['victim']);
    expect(read('victim')).toBe('precious, without a newline');
  });

  test.each(['a link', 'a pipe', 'a folder'])(
    'no lock because %s has its name: the line is written, and that is reported',
    (kind) => {
      mkdirSync(directory);
      writeFileSync(path('victim'), '1 1 1 1 1');
      if (kind === 'a link') symlinkSync(path('victim'), path('.lock'));
      else if (kind === 'a pipe') execFileSync('mkfifo', [path('.lock')]);
      else mkdirSync(path('.lock'));
      execFileSync('mkfifo', [path('.writer-1-planted')]);
      const happened = append(open(), 1, 1);
      expect(happened).toMatchObject([{ kind: 'lock_in_the_way', error: { path: path('.lock') } }, { kind: 'new' }]);
      expect(read()).toBe(line(1));
      expect(read('victim')).toBe('1 1 1 1 1');
      rmSync(path('.lock'), { recursive: true });
      expect(append(open(), 2, 2)).toEqual([]);
    },
  );

  (isRoot ? test : test.skip)('no directory and no right to make one (needs root)', () => {
    const file = open();
    expect(() => asNobody(() => file.append(line(1), true))).toThrow('permission denied');
  });
});

test('what root creates belongs to the owner of the directory', () => {
  mkdirSync(directory);
  if (isRoot) chownSync(directory, NOBODY, NOBODY);
  append(open(), 1, 15);
  const owner = statSync(directory).uid;
  expect(readdirSync(directory).map((name) => statSync(path(name)).uid)).toEqual([owner, owner, owner]);
});

test('a line that is added by hand does no harm', () => {
  const file = open();
  append(file, 1, 2);
  appendFileSync(path(), 'a note\n');
  append(file, 3, 3);
  expect(read()).toBe(`${lines(1, 2)}a note\n${line(3)}`);
});
