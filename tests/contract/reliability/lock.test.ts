import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { acquireLock } from '../../../lib/store/lock';

const ROOT = join(__dirname, '..', '..', '..');

let directory: string;
let path: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'lock-'));
  path = join(directory, 'hue.lock');
});
afterEach(() => rm(directory, { recursive: true, force: true }));

/** Another process that takes the lock, says whether it got it, and holds it until it is killed. */
function holder() {
  const child = spawn(process.execPath, [join(ROOT, 'tests', 'support', 'run-typescript.js'), 'hold-lock', path], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  return { child, said: once(child.stdout, 'data').then(([data]) => String(data).trim()) };
}

test('a second holder is refused at once, and gets it when the first one releases it', async () => {
  const first = await acquireLock(path);
  expect(first).not.toBeNull();
  expect(await holder().said).toBe('refused');
  await first?.release();
  const { child, said } = holder();
  expect(await said).toBe('held');
  expect(await acquireLock(path)).toBeNull();
  child.kill('SIGKILL');
  await once(child, 'exit');
});

test('a killed holder never leaves it locked, nor a file next to it', async () => {
  const { child, said } = holder();
  expect(await said).toBe('held');
  child.kill('SIGKILL');
  await once(child, 'exit');
  const lock = await acquireLock(path);
  expect(lock).not.toBeNull();
  await lock?.release();
  expect(await readdir(directory)).toEqual(['hue.lock']);
});

test('waits for the holder if that is asked for', async () => {
  const first = await acquireLock(path);
  const second = acquireLock(path, 30_000);
  await first?.release();
  const lock = await second;
  expect(lock).not.toBeNull();
  await lock?.release();
});

test('several can hold it as shared, an exclusive holder waits for all of them', async () => {
  const shared = [await acquireLock(path, 0, { mode: 'shared' }), await acquireLock(path, 0, { mode: 'shared' })];
  expect(shared).not.toContain(null);
  expect(await holder().said).toBe('refused');
  await shared[0]?.release();
  expect(await holder().said).toBe('refused');
  await shared[1]?.release();
  const { child, said } = holder();
  expect(await said).toBe('held');
  expect(await acquireLock(path, 0, { mode: 'shared' })).toBeNull();
  child.kill('SIGKILL');
  await once(child, 'exit');
});

test('a file with something in it works as well', async () => {
  await writeFile(path, 'not a database '.repeat(100));
  const lock = await acquireLock(path);
  expect(lock).not.toBeNull();
  expect(await acquireLock(path)).toBeNull();
  await lock?.release();
});

test('reports that the file cannot be created', async () => {
  await expect(acquireLock(join(directory, 'missing', 'hue.lock'))).rejects.toMatchObject({
    type: 'file_system',
    message: expect.stringContaining('no such file or directory') as string,
  });
});

const asOtherUser = process.geteuid?.() === 0 ? test : test.skip;
asOtherUser('says whose file is in the way (needs root)', async () => {
  await writeFile(path, '', { mode: 0o600 });
  await chmod(directory, 0o755);
  const child = spawn(process.execPath, [join(ROOT, 'tests', 'support', 'run-typescript.js'), 'hold-lock', path], {
    uid: 65534,
  });
  const [said] = (await once(child.stdout, 'data')) as [Buffer];
  expect(String(said)).toMatch(/database_readonly .*hue\.lock.*belongs to user 0/);
});
