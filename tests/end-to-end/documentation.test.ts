/** What the documentation tells one to type is tried, as far as this machine can. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { commandsPage } from '../../lib/build/commands-page';
import { backUp } from '../../lib/report/backup';
import { Database } from '../../lib/store/database';
import { PROJECT_ROOT } from '../support/run-command';
import { nthCycle } from '../support/cycles';
import { configIn, homeWithHistory, NOW, store } from '../support/report-home';
import { scratchDirectory } from '../support/scratch';
import { readBack, query } from '../support/storage';

const read = (name: string): string => readFileSync(join(PROJECT_ROOT, name), 'utf8');
const pages = [
  ...readdirSync(PROJECT_ROOT).filter((name) => name.endsWith('.md')),
  ...readdirSync(join(PROJECT_ROOT, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];
const blocksOf = (page: string, language: string): string[] =>
  [...read(page).matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map((match) => match[1] ?? '');

test('docs/commands.md is what the commands say of themselves (else: npm run manual)', () => {
  expect(read('docs/commands.md')).toBe(commandsPage());
});

test.each(pages)('every link of %s leads somewhere', (page) => {
  const links = [...read(page).matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)].map((match) => match[1] ?? '');
  const local = links.filter((link) => !/^[a-z]+:/.test(link));
  expect(local.filter((link) => !existsSync(join(PROJECT_ROOT, dirname(page), link)))).toEqual([]);
});

test.each(pages)('the shell understands every command of %s', (page) => {
  for (const block of blocksOf(page, 'sh')) {
    const { status, stderr } = spawnSync('bash', ['-n'], { input: block, encoding: 'utf8' });
    expect({ block, status, stderr }).toEqual({ block, status: 0, stderr: '' });
  }
});

test('the queries for Grafana answer, with its variables filled in', async () => {
  const { config } = await homeWithHistory();
  const path = join(config.storage.data_directory, 'readings.db');
  const queries = blocksOf('docs/running.md', 'sql');
  expect(queries).toHaveLength(3);
  const [temperatures = [], means = [], minutes = []] = await Promise.all(
    queries.map((sql) =>
      query(
        path,
        sql
          .replaceAll('${__from:date:iso}', new Date(NOW - 3_600_000).toISOString())
          .replaceAll('${__to:date:iso}', new Date(NOW).toISOString()),
      ),
    ),
  );
  expect(temperatures).toHaveLength(4 * 12);
  expect(temperatures[0]).toEqual({
    time: '2026-01-02T11:05:00.000Z',
    metric: 'Hall',
    value: expect.any(Number) as number,
  });
  expect(means.map(({ time }) => time)).toContain('2026-01-02T11:00:00Z');
  expect(minutes.map(({ collector }) => collector)).toEqual(['amazon_aqm', 'hue']);
});

test('the restore of docs/running.md is not undone by a write-ahead log that lies about', async () => {
  const directory = scratchDirectory();
  const config = configIn(directory);
  await store(config, [nthCycle(1)]);
  const backup = join(directory, 'backup.db');
  await backUp(config.storage, backup);
  const path = join(config.storage.data_directory, 'readings.db');
  const good = await readBack(path);
  // A collector that is killed leaves its log behind.
  const killed = await Database.open(path, 'read-write');
  await killed.exec('DELETE FROM reading; DELETE FROM cycle');
  const wal = readFileSync(`${path}-wal`);
  await killed.close();
  writeFileSync(`${path}-wal`, wal);

  const lines = blocksOf('docs/running.md', 'sh').find((block) => block.includes('data/before')) ?? '';
  const commands = lines.split('\n').filter((line) => /^(mkdir|cp)/.test(line));
  expect(commands).toHaveLength(2);
  mkdirSync(join(directory, 'cron'));
  const script = commands.join('\n').replace('/mnt/backup/readings.db', backup);
  expect(spawnSync('bash', ['-ec', script], { cwd: directory, encoding: 'utf8' })).toMatchObject({
    status: 0,
    stderr: '',
  });
  expect(await readBack(path)).toEqual(good);
});
