/** Runs the commands of the documentation, as far as this machine can. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { loadConfig } from '../../lib/config/load';
import { commandsPage } from '../../lib/packaging/commands-page';
import { PROJECT_ROOT } from '../support/run-command';
import { scratchDirectory } from '../support/scratch';
import { homeWithHistory, NOW } from '../support/report-home';
import { query } from '../support/storage';

const read = (name: string): string => readFileSync(join(PROJECT_ROOT, name), 'utf8');
const pages = [
  ...readdirSync(PROJECT_ROOT).filter((name) => name.endsWith('.md')),
  ...readdirSync(join(PROJECT_ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];
const blocksOf = (page: string, language: string): string[] =>
  [...read(page).matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map((match) => match[1] ?? '');

test('docs/commands.md has the help texts of the commands (if not: npm run manual)', () => {
  expect(read('docs/commands.md')).toBe(commandsPage());
});

test('docs/alerts.md explains every type of error, and every event that a person may have to act upon', () => {
  const lib = join(PROJECT_ROOT, 'lib');
  const sources = readdirSync(lib, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  const types = [...read('lib/errors.ts').matchAll(/^ {2}\| '(\w+)'/gm)].map(([, type]) => type ?? '');
  const events = sources.flatMap((name) =>
    [...read(`lib/${name}`).matchAll(/\.(?:critical|error|warning)\(\s*'(\w+)'/g)].map(([, event]) => event ?? ''),
  );
  expect(types.length).toBeGreaterThan(20);
  expect(events.length).toBeGreaterThan(30);
  const explained = read('docs/alerts.md') + read('docs/hue.md');
  expect([...types, ...events].filter((name) => !explained.includes(`\`${name}\``))).toEqual([]);
});

test.each(pages)('every link of %s has a target', (page) => {
  const links = [...read(page).matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)].map((match) => match[1] ?? '');
  const local = links.filter((link) => !/^[a-z]+:/.test(link));
  expect(local.filter((link) => !existsSync(join(PROJECT_ROOT, dirname(page), link)))).toEqual([]);
});

test('every test that SECURITY.md names is there', () => {
  const named = [...read('SECURITY.md').matchAll(/`(tests\/[^`]+)`/g)].map((match) => match[1] ?? '');
  expect(named.length).toBeGreaterThan(10);
  expect(named.filter((path) => !existsSync(join(PROJECT_ROOT, path)))).toEqual([]);
});

test.each(pages)('the shell understands every command of %s', (page) => {
  for (const block of blocksOf(page, 'sh')) {
    const { status, stderr } = spawnSync('bash', ['-n'], { input: block, encoding: 'utf8' });
    expect({ block, status, stderr }).toEqual({ block, status: 0, stderr: '' });
  }
});

test('the configuration that README.md shows is valid, and has the defaults that it names', () => {
  const [text = ''] = blocksOf('README.md', 'yaml');
  const file = join(scratchDirectory(), 'config.yaml');
  writeFileSync(
    file,
    'hue: { bridge_url: https://192.168.1.10, bridge_id: "001788fffeaabbcc" }\namazon_aqm: {}\nbuiltin_alerts: {}\n',
  );
  const defaults = loadConfig(file);
  writeFileSync(file, text);
  expect(loadConfig(file)).toEqual(defaults);
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
