/** What is wrong comes first, in every format that has a place for it. */
import parsePrometheus from 'parse-prometheus-text-format';
import { writeAlert } from '../../../lib/alert/alert-file';
import { momentOf } from '../../../lib/report/moment';
import { spoolCycle } from '../../../lib/store/spool';
import { nthCycle } from '../../support/cycles';
import { history, NOW, reportHome, store } from '../../support/report-home';
import { silentLogger } from '../../support/storage';

const RAISED = '2026-01-02T09:30:00.000Z';
const ALERT = { timestamp: RAISED, error: 'refused', remediation: 'node bin/auth-amazon.js', url: 'https://x.test/' };

async function troubledHome() {
  const home = reportHome();
  await store(home.config, history());
  const { storage } = home.config;
  writeAlert(storage.data_directory, ALERT);
  for (const n of [700, 701]) spoolCycle(storage, silentLogger, nthCycle(n));
  return home;
}

test('an alert, what waits in the spool, failed and missing cycles, skipped and stale sensors: in this order, before the rooms', async () => {
  const { report } = await troubledHome();
  const { text } = await report();
  expect(text.split('\n').slice(0, 7)).toEqual([
    `! Amazon login needed since ${momentOf(Date.parse(RAISED))}: node bin/auth-amazon.js`,
    '! 2 cycles in the spool: the next cycle that can write stores them',
    expect.stringMatching(/^! hue: 2 of 288 cycles failed in 24 h, last at \d\d:05 \(timeout: no answer in 10 s\)$/),
    expect.stringMatching(
      /^! hue: 6 cycles without a trace in 24 h \(the longest .*, 30 min\); see node bin\/report\.js gaps$/,
    ),
    '! hue: skipped in the last cycle: hue:4 off',
    '! hue: old values of Bad (2 h)',
    '',
  ]);
  const { trouble } = JSON.parse((await report({ format: 'json' })).text) as { trouble: { kind: string }[] };
  expect(trouble.map(({ kind }) => kind)).toEqual(['alert', 'spool', 'failed_cycles', 'gap', 'skipped', 'stale']);
  const page = (await report({ format: 'html' })).text;
  expect(page.indexOf('Amazon login needed')).toBeLessThan(page.indexOf('<article'));
  const families = parsePrometheus((await report({ format: 'prometheus' })).text);
  const valueOf = (name: string) => families.find((family) => family.name === name)?.metrics[0]?.value;
  expect([valueOf('climate_login_needed'), valueOf('climate_spooled_cycles')]).toEqual(['1', '2']);
});

test('a past time tells nothing of today’s trouble', async () => {
  const { report } = await troubledHome();
  expect((await report({ until: '2h' })).text).toMatch(/^LOCATION/);
});

test('a collector that never ran is missed, and a day without any cycle is', async () => {
  const home = reportHome();
  await store(home.config, [nthCycle(0)]);
  const [first, second] = (await home.report({}, { now: NOW + 7 * 86_400_000 })).text.split('\n');
  expect(first).toMatch(/^! hue: 287 cycles without a trace in 24 h \(the longest since /);
  expect(second).toBe('! amazon_aqm: no cycle yet: is collect-aqm in the crontab? (cron/install.sh)');
});
