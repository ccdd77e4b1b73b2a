import { execFileSync } from 'node:child_process';
import {
  chownSync,
  constants,
  existsSync,
  lchownSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { MonitorError } from '../../../lib/errors';
import {
  isOwnFileThere,
  openOwnFile,
  proveWrite,
  readOwnFile,
  refuseForeignDirectory,
} from '../../../lib/files/own-file';
import { isRoot, NOBODY } from '../../support/as-user';
import { scratchDirectory } from '../../support/scratch';
import { thrownBy } from '../../support/thrown';

const asRoot = isRoot ? test : test.skip;

let path: string;
let victim: string;
beforeEach(() => {
  const directory = scratchDirectory();
  path = join(directory, 'state.json');
  victim = join(directory, 'victim');
  writeFileSync(victim, 'precious', { mode: 0o640 });
});

const uses: [string, (file: string) => unknown][] = [
  ['read', readOwnFile],
  ['checked', isOwnFileThere],
  ['written', (file) => openOwnFile(file, constants.O_WRONLY | constants.O_CREAT)],
  ['appended to', (file) => openOwnFile(file, constants.O_RDWR | constants.O_APPEND | constants.O_CREAT)],
  ['proved', (file) => proveWrite(file, Buffer.alloc(4096))],
];

const planted: [string, () => void, string][] = [
  ['a link', () => symlinkSync(victim, path), `is a symbolic link, and is not used. rm '`],
  ['a dangling link', () => symlinkSync('nowhere', path), `is a symbolic link, and is not used. rm '`],
  ['a pipe', () => execFileSync('mkfifo', [path]), `is a pipe, and is not used. rm '`],
  ['a folder', () => mkdirSync(path), `is a directory, and is not used. mv '`],
];

describe.each(planted)('%s', (_kind, plant, said) => {
  test.each(uses)('is not %s, and the remedy works as it is printed', (_use, use) => {
    plant();
    const failure = thrownBy(MonitorError, () => use(path));
    const [sentence, command] = said.split(/(?<=\.) /);
    expect(failure.message).toBe(`${path} ${sentence ?? ''}`);
    expect(failure.remediation).toContain(command);
    expect([readFileSync(victim, 'utf8'), statSync(victim).mode & 0o777]).toEqual(['precious', 0o640]);
    expect(existsSync(join(path, '..', 'nowhere'))).toBe(false);
    execFileSync('sh', ['-c', failure.remediation.replace(/^[^:]*: /, '')]);
    proveWrite(path, Buffer.alloc(4096));
    expect(existsSync(path)).toBe(false);
  });
});

test('a file that has another name is not written, emptied or proved; it may be read, and the remedy works', () => {
  linkSync(victim, path);
  for (const [name, use] of uses.slice(2)) {
    const failure = thrownBy(MonitorError, () => use(path));
    expect({ name, said: failure.message }).toEqual({
      name,
      said: `${path} has 1 more name (a hard link), and is not used.`,
    });
  }
  expect([readFileSync(victim, 'utf8'), readOwnFile(path)]).toEqual(['precious', 'precious']);
  const { remediation } = thrownBy(MonitorError, () => proveWrite(path, Buffer.alloc(4096)));
  execFileSync('sh', ['-c', remediation.replace(/^[^:]*: /, '')]);
  proveWrite(path, Buffer.alloc(4096));
  expect(readFileSync(victim, 'utf8')).toBe('precious');
});

test('a socket is refused as well', async () => {
  const server = createServer().listen(path);
  await new Promise((resolve) => server.once('listening', resolve));
  expect(() => readOwnFile(path)).toThrow('is a socket');
  await new Promise((resolve) => server.close(resolve));
});

asRoot(
  '(as root) a file that belongs to another user than this one, the owner of the folder or root is refused',
  () => {
    writeFileSync(path, 'content');
    chownSync(path, NOBODY, NOBODY);
    for (const [, use] of uses) expect(() => use(path)).toThrow(`belongs to user ${NOBODY}`);
    chownSync(join(path, '..'), NOBODY, NOBODY);
    expect(readOwnFile(path)).toBe('content');
    chownSync(path, 0, 0);
    expect(readOwnFile(path)).toBe('content');
  },
);

asRoot('(as root) a folder, or a link to one, is accepted if one of them made it', () => {
  mkdirSync(`${path}.d`);
  symlinkSync(`${path}.d`, path);
  refuseForeignDirectory(path);
  lchownSync(path, NOBODY, NOBODY);
  expect(() => refuseForeignDirectory(path)).toThrow(`is a symbolic link that belongs to user ${NOBODY}`);
  refuseForeignDirectory(`${path}.d`);
  chownSync(`${path}.d`, NOBODY, NOBODY);
  expect(() => refuseForeignDirectory(`${path}.d`)).toThrow(`belongs to user ${NOBODY}`);
  refuseForeignDirectory(`${path}.missing`);
});

test('the file that is read is the file that was checked, even if its name leads elsewhere by then', () => {
  writeFileSync(path, 'ours');
  const text = readOwnFile(path, () => {
    renameSync(victim, path);
    return null;
  });
  expect(text).toBe('ours');
  expect(readFileSync(path, 'utf8')).toBe('precious');
});

test('a missing file is missing, and nothing that is there is cut', () => {
  expect(() => readOwnFile(path)).toThrow('ENOENT');
  expect(isOwnFileThere(path)).toBe(false);
  writeFileSync(path, 'kept');
  openOwnFile(path, constants.O_WRONLY | constants.O_CREAT);
  expect(readOwnFile(path)).toBe('kept');
});
