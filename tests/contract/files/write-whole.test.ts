import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { buildSync } from 'esbuild';
import { MonitorError } from '../../../lib/errors';
import { writeWhole } from '../../../lib/files/write-whole';
import { temporaryFor } from '../../../lib/files/temporaries';
import { asNobody, isRoot, NOBODY } from '../../support/as-user';
import { scratchDirectory } from '../../support/scratch';

const asRoot = isRoot ? test : test.skip;

function failure(work: () => void): MonitorError {
  try {
    work();
  } catch (thrown) {
    if (thrown instanceof MonitorError) return thrown;
    throw thrown;
  }
  throw new Error('nothing was thrown');
}

function canMount(): boolean {
  const directory = scratchDirectory();
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'none', directory], { stdio: 'ignore' });
    execFileSync('umount', [directory]);
    return true;
  } catch {
    return false;
  }
}
const onTmpfs = isRoot && canMount() ? test : test.skip;

describe('writeWhole', () => {
  test('creates a file with mode 0600 and leaves nothing else', () => {
    const directory = scratchDirectory();
    writeWhole(join(directory, 'state.json'), '{"a":1}');
    expect(readdirSync(directory)).toEqual(['state.json']);
    expect(readFileSync(join(directory, 'state.json'), 'utf8')).toBe('{"a":1}');
    expect(statSync(join(directory, 'state.json')).mode & 0o777).toBe(0o600);
  });

  test('gives the mode asked for, with any umask', () => {
    const directory = scratchDirectory();
    const umask = process.umask(0o077);
    try {
      writeWhole(join(directory, 'shared'), 'x', { mode: 0o664 });
    } finally {
      process.umask(umask);
    }
    expect(statSync(join(directory, 'shared')).mode & 0o777).toBe(0o664);
  });

  test('replaces by renaming: a reader that has the old file open keeps the old content whole', () => {
    const path = join(scratchDirectory(), 'file');
    writeWhole(path, 'old');
    const before = statSync(path).ino;
    writeWhole(path, new Uint8Array([1, 2, 3]));
    expect(statSync(path).ino).not.toBe(before);
    expect([...readFileSync(path)]).toEqual([1, 2, 3]);
  });

  test.each(['a link to a file', 'a dangling link', 'a pipe'])('%s in its place is replaced itself', (what) => {
    const directory = scratchDirectory();
    const victim = join(directory, 'victim');
    const path = join(directory, 'state.json');
    if (what === 'a link to a file') writeFileSync(victim, 'precious', { mode: 0o640 });
    if (what === 'a pipe') execFileSync('mkfifo', [path]);
    else symlinkSync(victim, path);
    writeWhole(path, 'ours');
    expect(lstatSync(path).isFile()).toBe(true);
    expect(readFileSync(path, 'utf8')).toBe('ours');
    expect(existsSync(victim) ? readFileSync(victim, 'utf8') : null).toBe(
      what === 'a link to a file' ? 'precious' : null,
    );
  });

  asRoot('(as root) a file of another user in a directory of root gets the owner of the directory', () => {
    const path = join(scratchDirectory(), 'amazon-session.json');
    writeFileSync(path, '');
    chownSync(path, NOBODY, NOBODY);
    writeWhole(path, 'cookies');
    expect(statSync(path).uid).toBe(0);
  });

  test("follows a symbolic link of the user's, also a chain and a dangling one, and leaves it a link", () => {
    const directory = scratchDirectory();
    mkdirSync(join(directory, 'real'));
    symlinkSync('real/target', join(directory, 'second'));
    symlinkSync('second', join(directory, 'first'));
    writeWhole(join(directory, 'first'), 'one', { ofTheUser: true });
    writeWhole(join(directory, 'first'), 'two', { ofTheUser: true });
    expect(lstatSync(join(directory, 'first')).isSymbolicLink()).toBe(true);
    expect(readFileSync(join(directory, 'real', 'target'), 'utf8')).toBe('two');
  });

  test('a circle of links is an error, not a hang', () => {
    const directory = scratchDirectory();
    symlinkSync('b', join(directory, 'a'));
    symlinkSync('a', join(directory, 'b'));
    expect(failure(() => writeWhole(join(directory, 'a'), 'x', { ofTheUser: true })).message).toContain(
      'too many symbolic links',
    );
  });

  test('a directory in its place is an error, and the temporary file is removed', () => {
    const directory = scratchDirectory();
    mkdirSync(join(directory, 'taken'));
    const error = failure(() => writeWhole(join(directory, 'taken'), 'x'));
    expect(error.type).toBe('file_system');
    expect(error.permanent).toBe(true);
    expect(readdirSync(directory)).toEqual(['taken']);
  });

  test('a missing directory is named, with a command to look at it', () => {
    const path = join(scratchDirectory(), 'absent', 'file');
    const error = failure(() => writeWhole(path, 'x'));
    expect(error.message).toBe(`Cannot write ${path}: no such file or directory (ENOENT).`);
    expect(error.remediation).toContain(path);
  });

  test('removes what ended writers left of any file, and nothing of a process that may still work', () => {
    const directory = scratchDirectory();
    const here = (name: string) => join(directory, name);
    const mine = temporaryFor(here('report.html'));
    const [pid, start, boot, ...rest] = basename(mine).replace('.report.html.temporary-', '').split('_');
    const before = `.daily-2026-01-01.db.temporary-${[pid, start, 'another-boot', ...rest].join('_')}`;
    const reused = `.a.json.temporary-${[pid, '1', boot, ...rest].join('_')}`;
    const [unknown, unknownOld, users] = ['.b.temporary-1-x', '.c.temporary-1-x', '.notes.temporary'];
    for (const name of [basename(mine), before, `${before}-wal`, reused, unknown, unknownOld, users]) {
      writeFileSync(here(name), '');
    }
    mkdirSync(here(`.health.temporary-${[pid, '1', boot, ...rest].join('_')}`));
    utimesSync(here(unknownOld), 0, 0);
    writeWhole(here('state'), 'x');
    expect(readdirSync(directory).sort()).toEqual([unknown, users, basename(mine), 'state'].sort());
  });

  test('a writer that is killed at any moment leaves one of the two contents, whole', async () => {
    const directory = scratchDirectory();
    const script = join(directory, 'writer.cjs');
    buildSync({
      stdin: {
        contents: `import { writeWhole } from './write-whole';
          for (let turn = 0; ; turn++) {
            writeWhole(process.argv[2], (turn % 2 ? 'a' : 'b').repeat(1_000_000));
            if (turn === 1) process.stdout.write('writing');
          }`,
        resolveDir: join(__dirname, '../../../lib/files'),
      },
      bundle: true,
      platform: 'node',
      outfile: script,
    });
    const path = join(directory, 'content');
    for (let kill = 0; kill < 8; kill++) {
      const child = spawn(process.execPath, [script, path], { stdio: ['ignore', 'pipe', 'inherit'] });
      await once(child.stdout, 'data');
      child.kill('SIGKILL');
      await once(child, 'close');
      expect(readFileSync(path, 'utf8')).toMatch(/^(a{1000000}|b{1000000})$/);
    }
  });

  asRoot('(as root) a user who may not write the directory gets a sentence, and the old content stays', () => {
    const path = join(scratchDirectory(), 'file');
    writeWhole(path, 'old', { mode: 0o644 });
    const error = asNobody(() => failure(() => writeWhole(path, 'new')));
    expect(error.message).toBe(`Cannot write ${path}: permission denied (EACCES).`);
    expect(readFileSync(path, 'utf8')).toBe('old');
  });

  asRoot('(as root) a directory that may be written but not read is enough', () => {
    const directory = scratchDirectory();
    chownSync(directory, NOBODY, NOBODY);
    chmodSync(directory, 0o300);
    asNobody(() => writeWhole(join(directory, 'file'), 'content'));
    expect(readFileSync(join(directory, 'file'), 'utf8')).toBe('content');
    expect(statSync(join(directory, 'file')).uid).toBe(NOBODY);
  });

  asRoot("(as root) a new file takes its directory's owner, and cron's user can replace it again", () => {
    const directory = scratchDirectory();
    chownSync(directory, NOBODY, NOBODY);
    const path = join(directory, 'file');
    writeWhole(path, 'by root');
    expect([statSync(path).uid, statSync(path).gid]).toEqual([NOBODY, NOBODY]);
    asNobody(() => writeWhole(path, 'by nobody'));
    expect(readFileSync(path, 'utf8')).toBe('by nobody');
  });

  asRoot('(as root) a file that another user owns keeps its owner in a directory of root', () => {
    const path = join(scratchDirectory(), 'secrets.yaml');
    writeFileSync(path, 'old');
    chownSync(path, NOBODY, NOBODY);
    writeWhole(path, 'new', { ofTheUser: true });
    expect(statSync(path).uid).toBe(NOBODY);
  });

  onTmpfs('(as root, where tmpfs can be mounted) a full disk keeps the old content and leaves no other file', () => {
    const directory = scratchDirectory();
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'none', directory]);
    try {
      const path = join(directory, 'file');
      writeWhole(path, 'old');
      const error = failure(() => writeWhole(path, 'x'.repeat(1_000_000)));
      expect(error.message).toBe(`Cannot write ${path}: no space left on device (ENOSPC).`);
      expect(error.permanent).toBe(false);
      expect(error.remediation).toContain('df -h');
      expect(readFileSync(path, 'utf8')).toBe('old');
      expect(readdirSync(directory)).toEqual(['file']);
    } finally {
      execFileSync('umount', [directory]);
    }
  });
});
