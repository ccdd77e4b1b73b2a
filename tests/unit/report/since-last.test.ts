/** `--since-last`: each reading exactly once, however it came into the database and whatever happens in between. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ReaderGone } from '../../../lib/files/standard-output';
import { stdoutSink, type Sink } from '../../../lib/report/sink';
import { nthCycle } from '../../support/cycles';
import { reportHome, store, type ReportHome } from '../../support/report-home';

const now = Date.UTC(2026, 0, 3);
const exported = async ({ report }: ReportHome, flags: Record<string, string> = {}): Promise<string[]> => {
  const { text } = await report({ format: 'influx', ...flags }, { switches: ['since-last'], now });
  return text.split('\n').filter((line) => line !== '');
};
const times = (lines: string[]): number[] => lines.map((line) => Number(/ (\d+)000000$/.exec(line)?.[1]));
const startOf = (n: number): number => Date.UTC(2026, 0, 1) + n * 300_000;

test('the second run gives what is new, also what was stored late', async () => {
  const home = reportHome();
  await store(home.config, [nthCycle(1), nthCycle(3)]);
  expect(times(await exported(home))).toEqual([startOf(1), startOf(1), startOf(3), startOf(3)]);
  expect(await exported(home)).toEqual([]);
  // Cycle 2 waited in the spool.
  await store(home.config, [nthCycle(4), { ...nthCycle(2), spooled: true }]);
  expect(times(await exported(home))).toEqual([startOf(2), startOf(2), startOf(4), startOf(4)]);
  expect(await exported(home)).toEqual([]);
});

test('each format and each choice of readings has a cursor of its own', async () => {
  const home = reportHome();
  await store(home.config, [nthCycle(1)]);
  expect(await exported(home)).toHaveLength(2);
  expect(await exported(home, { device: 'hue:0' })).toHaveLength(1);
  expect(await exported(home, { format: 'ndjson' })).toHaveLength(2);
  expect(await exported(home)).toHaveLength(0);
});

test('what could not be written is exported again', async () => {
  const home = reportHome();
  await store(home.config, [nthCycle(1)]);
  const broken: Sink = stdoutSink(() => {
    throw Object.assign(new Error('broken pipe'), { code: 'EPIPE' });
  });
  const run = home.report({ format: 'influx' }, { switches: ['since-last'], now, stdout: broken });
  await expect(run).rejects.toBeInstanceOf(ReaderGone);
  const noFolder = join(home.directory, 'missing', 'out.lp');
  await expect(
    home.report({ format: 'influx' }, { switches: ['since-last'], now, output: noFolder }),
  ).rejects.toMatchObject({ type: 'file_system' });
  expect(await exported(home)).toHaveLength(2);
});

test('another database: what is younger than the last export, and nothing twice', async () => {
  const home = reportHome();
  await store(home.config, [nthCycle(1), nthCycle(2), nthCycle(3)]);
  await exported(home);
  const other = reportHome();
  await store(other.config, [nthCycle(2), nthCycle(3), nthCycle(4)]);
  const cursor = join(home.config.storage.data_directory, 'export-cursor.json');
  writeFileSync(join(other.config.storage.data_directory, 'export-cursor.json'), readFileSync(cursor));
  expect(times(await exported(other))).toEqual([startOf(4), startOf(4)]);
});

test('another database after an export that ended in 2069: everything counts as new', async () => {
  const home = reportHome();
  await store(home.config, [nthCycle(1), nthCycle(43 * 365 * 288)]);
  await exported(home);
  const other = reportHome();
  await store(other.config, [nthCycle(2), nthCycle(3)]);
  const cursor = join(home.config.storage.data_directory, 'export-cursor.json');
  writeFileSync(join(other.config.storage.data_directory, 'export-cursor.json'), readFileSync(cursor));
  expect(times(await exported(other))).toEqual([startOf(2), startOf(2), startOf(3), startOf(3)]);
});

test('a damaged cursor file: everything counts as new', async () => {
  const home = reportHome();
  await store(home.config, [nthCycle(1)]);
  await exported(home);
  writeFileSync(join(home.config.storage.data_directory, 'export-cursor.json'), '{');
  expect(await exported(home)).toHaveLength(2);
});

test('without --since-last no cursor is made', async () => {
  const home = reportHome();
  await store(home.config, [nthCycle(1)]);
  await home.report({ format: 'influx' });
  expect(existsSync(join(home.config.storage.data_directory, 'export-cursor.json'))).toBe(false);
});

test.each([[{ format: 'table' }], [{ format: 'influx', until: '1h' }]])('%j is refused', async (flags) => {
  const home = reportHome();
  const run = home.report(flags, { switches: ['since-last'], now });
  await expect(run).rejects.toMatchObject({ type: 'usage' });
});

test('a reader that is slow for a moment loses nothing', () => {
  const read: string[] = [];
  let calls = 0;
  const sink = stdoutSink((bytes) => {
    if (calls++ % 2 === 0) throw Object.assign(new Error('try again'), { code: 'EAGAIN' });
    read.push(Buffer.from(bytes.subarray(0, 3)).toString());
    return Math.min(3, bytes.length);
  });
  sink.write('eleven byte');
  expect(read.join('')).toBe('eleven byte');
});
