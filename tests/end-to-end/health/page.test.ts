/** docs/health.md agrees with the tests; `npm run health-page` writes its table again. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CHECKS } from '../../../lib/health/checks';
import { PROJECT_ROOT } from '../../support/run-command';
import { TABLE_BEGIN, TABLE_END, tableOfStates } from './page';
import { BROKEN_STATES } from './states';

const PAGE = join(PROJECT_ROOT, 'docs', 'health.md');

/** The cells, without the layout of the table. */
const cellsOf = (table: string) =>
  table
    .trim()
    .split('\n')
    .map((line) => line.replaceAll(/\s*(?<!\\)\|\s*/g, '|').replaceAll(/-{3,}/g, '---'));

test('the table of broken states is the one the tests run', () => {
  const page = readFileSync(PAGE, 'utf8');
  const [before, rest] = page.split(TABLE_BEGIN);
  const [table, after] = rest?.split(TABLE_END) ?? [];
  if (before === undefined || table === undefined || after === undefined) throw new Error(`${PAGE} has no table`);
  if (process.env['WRITE_HEALTH_PAGE'] === '1') {
    writeFileSync(PAGE, `${before}${TABLE_BEGIN}\n\n${tableOfStates()}\n\n${TABLE_END}${after}`);
  } else expect(cellsOf(table)).toEqual(cellsOf(tableOfStates()));
});

test('there are at least 30 of them, of every check', () => {
  expect(BROKEN_STATES.length).toBeGreaterThanOrEqual(30);
  const checks = new Set(BROKEN_STATES.map(({ check }) => check));
  expect([...checks].sort()).toEqual(CHECKS.map(({ name }) => name).sort());
});

test('the page describes every check', () => {
  const page = readFileSync(PAGE, 'utf8');
  for (const { name } of CHECKS) expect(page).toContain(`| \`${name}\``);
});
