/** `report retries`: from the logs of the collectors, current and rotated, by cycle. */
import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../../../lib/config/config';
import { renderRetries } from '../../../lib/report/formats/retries-table';
import { retriesBetween } from '../../../lib/report/retries';
import { styleFor } from '../../../lib/report/text';
import { scratchDirectory } from '../../support/scratch';

const CYCLE = '2026-01-02T03:00:00.000Z';
const OTHER = '2026-01-02T03:00:01.000Z';
const at = (second: number) => `2026-01-02T03:00:0${second}.500Z`;
const line = (event: string, fields: object) =>
  `${JSON.stringify({ timestamp: at(0), event, message: '', ...fields })}\n`;

function logs(): Config {
  const directory = join(scratchDirectory(), 'logs');
  mkdirSync(directory);
  const begun = { cycle: CYCLE, operation: 'hue.read_sensors', error_type: 'timeout', endpoint: 'GET x' };
  writeFileSync(join(directory, 'collect-hue.3.log'), line('retry', { ...begun, attempt: 1, delay_ms: 1000 }));
  writeFileSync(
    join(directory, 'collect-hue.log'),
    line('cycle_completed', { cycle: CYCLE }) +
      line('retry_succeeded', { ...begun, timestamp: at(3), attempts: 2, elapsed_ms: 1010 }) +
      '{"event":"retry, half a line\n' +
      '{"event":"retry","timestamp":"never"}\n',
  );
  const aqm = { cycle: OTHER, operation: 'aqm.read_states', timestamp: at(2), error_type: 'network' };
  writeFileSync(join(directory, 'collect-aqm.log'), line('retry_exhausted', { ...aqm, attempts: 4, elapsed_ms: 7000 }));
  writeFileSync(join(directory, 'health.log'), line('retry', { attempt: 1 }));
  return { logging: { directory } } as unknown as Config;
}
const [FROM, TO] = [Date.parse(CYCLE), Date.parse(at(9))];

test('lists what was tried again in this time, cycle by cycle', async () => {
  const rows = await retriesBetween(logs(), FROM, TO);
  expect(rows).toMatchObject([
    { cycle: CYCLE, collector: 'hue', outcome: 'retrying', attempt: 1, delay_ms: 1000, attempts: null },
    { cycle: CYCLE, collector: 'hue', outcome: 'succeeded', attempt: null, attempts: 2, elapsed_ms: 1010 },
    { cycle: OTHER, collector: 'amazon_aqm', outcome: 'exhausted', attempts: 4, error_type: 'network' },
  ]);
  const table = renderRetries(rows, styleFor(false, {}));
  expect(table.split('\n').filter((text) => text !== '' && !text.startsWith('  '))).toHaveLength(2);
  expect(Math.max(...table.split('\n').map((text) => text.length))).toBeLessThanOrEqual(80);
});

test('files that were closed before this time are not read, and no logs are no retries', async () => {
  const config = logs();
  utimesSync(join(config.logging.directory, 'collect-hue.3.log'), 0, 0);
  expect(await retriesBetween(config, FROM, TO)).toHaveLength(2);
  const none = { logging: { directory: join(config.logging.directory, 'none') } } as unknown as Config;
  expect(renderRetries(await retriesBetween(none, FROM, TO), styleFor(false, {}))).toBe('No retries in this time.\n');
});
