/** The dashboards for Grafana: their queries are ones that the database answers, and their metrics are ones that are exported. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { QUANTITY_NAMES, quantityRow } from '../../lib/quantities';
import { Database } from '../../lib/store/database';
import { databasePath } from '../../lib/store/files';
import { homeWithHistory } from '../support/report-home';

interface Panel {
  title: string;
  targets: { queryText?: string; expr?: string }[];
}

const panelsOf = (name: string): Panel[] =>
  (JSON.parse(readFileSync(join(__dirname, '../../docs/dashboards', name), 'utf8')) as { panels: Panel[] }).panels;

test('SQLite: every panel has rows, and asks by time, which the index answers', async () => {
  const { config } = await homeWithHistory();
  const database = await Database.open(databasePath(config.storage.data_directory), 'read-only');
  for (const { title, targets } of panelsOf('sqlite.json')) {
    const sql = (targets[0]?.queryText ?? '')
      .replaceAll('$step', '900')
      .replaceAll('${__from:date:iso}', '2026-01-01T12:00:00.000Z')
      .replaceAll('${__to:date:iso}', '2026-01-02T12:00:00.000Z')
      .replaceAll("'now'", "'2026-01-02T12:00:00.000Z'");
    const rows = await database.all(sql);
    expect({ title, isEmpty: rows.length === 0 }).toEqual({ title, isEmpty: false });
    const plan = await database.all<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`);
    const scans = plan.filter(({ detail }) => /^SCAN (?!d\b|device|\(|CONSTANT)/.test(detail));
    expect({ title, scans }).toEqual({ title, scans: [] });
  }
  await database.close();
});

test('VictoriaMetrics: every metric is one of ours', () => {
  const known = [
    ...QUANTITY_NAMES.map((name) => quantityRow(name).metric.name),
    'climate_last_success_timestamp_seconds',
  ];
  const used = panelsOf('victoriametrics.json').flatMap(({ targets }) => targets[0]?.expr?.match(/climate_\w+/g) ?? []);
  expect(used.length).toBeGreaterThan(4);
  expect(used.filter((name) => !known.includes(name))).toEqual([]);
});
