/** The dashboards for Grafana: their queries are ones that the database answers, and their metrics are ones that are exported. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { QUANTITY_NAMES, quantityRow } from '../../lib/quantities';
import { Database } from '../../lib/store/database';
import { databasePath } from '../../lib/store/files';
import { generateReadings } from '../campaigns/generator';
import { homeWithHistory } from '../support/report-home';
import { scratchDirectory } from '../support/scratch';

interface Panel {
  title: string;
  targets: { queryText?: string; expr?: string }[];
}

const panelsOf = (name: string): Panel[] =>
  (JSON.parse(readFileSync(join(__dirname, '../../docs/dashboards', name), 'utf8')) as { panels: Panel[] }).panels;

/** What Grafana puts in, for a time that ends now. */
const askedFor = (query = '', from: string, to: string): string =>
  query
    .replaceAll('$step', '900')
    .replaceAll('${__from:date:iso}', from)
    .replaceAll('${__to:date:iso}', to)
    .replaceAll("'now'", `'${to}'`);

/** Of one collector, every 5 minutes. */
const CYCLES_A_YEAR = 105_120;

test('SQLite: every panel has rows, and asks by time, which the index answers', async () => {
  const { config } = await homeWithHistory();
  const database = await Database.open(databasePath(config.storage.data_directory), 'read-only');
  for (const { title, targets } of panelsOf('sqlite.json')) {
    const sql = askedFor(targets[0]?.queryText, '2026-01-01T12:00:00.000Z', '2026-01-02T12:00:00.000Z');
    const rows = await database.all(sql);
    expect({ title, isEmpty: rows.length === 0 }).toEqual({ title, isEmpty: false });
    const plan = await database.all<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`);
    const scans = plan.filter(({ detail }) => /^SCAN (?!d\b|device|\(|CONSTANT)/.test(detail));
    expect({ title, scans }).toEqual({ title, scans: [] });
  }
  await database.close();
});

test('SQLite: every panel asks for 30 days of a generated year in less than 300 ms of processor time', async () => {
  const directory = scratchDirectory();
  const until = new Date('2026-01-02T12:00:00.000Z');
  await generateReadings({ directory, until, readings: 5 * CYCLES_A_YEAR, cycles: 2 * CYCLES_A_YEAR });
  const database = await Database.open(databasePath(directory), 'read-only');
  for (const { title, targets } of panelsOf('sqlite.json')) {
    const sql = askedFor(targets[0]?.queryText, '2025-12-03T12:00:00.000Z', until.toISOString());
    const times: number[] = [];
    for (let run = 0; run < 3; run++) {
      const before = process.cpuUsage();
      expect(await database.all(sql)).not.toEqual([]);
      const { user, system } = process.cpuUsage(before);
      times.push((user + system) / 1000);
    }
    expect({ title, isQuick: Math.min(...times) < 300 }).toEqual({ title, isQuick: true });
  }
  await database.close();
}, 60_000);

test('VictoriaMetrics: every metric is one of ours', () => {
  const known = [
    ...QUANTITY_NAMES.map((name) => quantityRow(name).metric.name),
    'climate_last_success_timestamp_seconds',
  ];
  const used = panelsOf('victoriametrics.json').flatMap(({ targets }) => targets[0]?.expr?.match(/climate_\w+/g) ?? []);
  expect(used.length).toBeGreaterThan(4);
  expect(used.filter((name) => !known.includes(name))).toEqual([]);
});
