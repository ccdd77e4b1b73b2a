/** The page as a file: complete in itself, honest about gaps, small, and useful without its script. */
import { createHash } from 'node:crypto';
import { unpackLine } from '../../../lib/report/page/compact';
import type { PageData } from '../../../lib/report/page/page-data';
import { cycleOf, hueReading } from '../../support/cycles';
import { homeWithHistory, NOW, reportHome, store } from '../../support/report-home';

const pageOf = async (flags: Record<string, string> = {}): Promise<string> => {
  const { report } = await homeWithHistory();
  return (await report({ format: 'html', ...flags })).text;
};

/** What the script of a page is told. */
const dataOf = (page: string): PageData =>
  JSON.parse(/<script type="application\/json" id="data">([^]*?)<\/script>/.exec(page)?.[1] ?? '') as PageData;

/** The values of one line, in the range with this label. */
function lineOf(data: PageData, range: string, location: string, quantity = 'temperature') {
  const found = data.ranges.find(({ label }) => label === range);
  const line = data.lines.findIndex((each) => each.location === location);
  const { decimals = 1 } = data.quantities.find(({ name }) => name === quantity) ?? {};
  return { ...unpackLine(found?.values[line]?.[quantity] ?? '0', decimals), line, range: found };
}

test('it needs nothing else, runs only its own script and style, and no name of a room is markup', async () => {
  const page = await pageOf();
  expect(page).not.toMatch(
    /javascript:|@import|url\(|\bsrc=|\bhref=|\bstyle="|https?:\/\/(?!github\.com\/leeoniya\/uPlot)/i,
  );
  const [, policy = ''] = /Content-Security-Policy" content="([^"]*)"/.exec(page) ?? [];
  expect(policy).toMatch(/^default-src 'none';script-src 'sha256-[^' ]+';style-src 'sha256-[^' ]+';/);
  for (const tag of ['script', 'style']) {
    const [, text = ''] = new RegExp(`<${tag}>([^]*?)</${tag}>`).exec(page) ?? [];
    expect(policy).toContain(`${tag}-src 'sha256-${createHash('sha256').update(text).digest('base64')}'`);
  }
  expect(page).toContain('Leon Sorokin\n* All rights reserved. (MIT Licensed)');
  expect(page).toContain('<h3>Küche &quot;Süd&quot;, oben</h3>');
});

test('the script is told of each quantity and each device, by location; old names of a room come last', async () => {
  const data = dataOf(await pageOf());
  expect(data.quantities.map(({ name }) => name)).toEqual([
    ...['temperature', 'humidity', 'pm25', 'pm10', 'voc', 'co', 'iaq', 'light', 'battery'],
    ...['dew_point', 'absolute_humidity'],
  ]);
  expect(data.lines).toEqual([
    { location: 'Bad', mark: '', isCurrent: true },
    { location: 'Hall', mark: 'air quality', isCurrent: true },
    { location: 'Hall', mark: 'Hue', isCurrent: true },
    { location: 'Küche "Süd", oben', mark: '', isCurrent: true },
    { location: 'Flur', mark: '', isCurrent: false },
  ]);
  expect(data.ranges.map(({ label }) => label)).toEqual(['24 h', '26 h']);
  expect(lineOf(data, '24 h', 'Hall', 'dew_point').mean.at(-2)).toBeCloseTo(9.1, 1);
  const us = dataOf(await pageOf({ units: 'us' }));
  expect(us.quantities[0]).toMatchObject({ unit: '°F', recommended: [64.4, 75.2] });
  expect(Math.min(...lineOf(us, '24 h', 'Hall').mean.map((value) => value ?? 99))).toBeGreaterThan(64);
});

test('gaps are gaps, old values are marked, and an anomaly has its own time and height', async () => {
  const data = dataOf(await pageOf());
  const { mean, range, line } = lineOf(data, '24 h', 'Küche "Süd", oben');
  const at = (time: string) => range?.times.findIndex((seconds) => seconds * 1000 >= Date.parse(time)) ?? -1;
  expect(mean[at('2026-01-02T03:15:00Z')]).toBeNull();
  expect(mean[at('2026-01-02T03:35:00Z')]).not.toBeNull();
  expect(range?.broken[line]).toContain(at('2026-01-02T07:10:00Z'));
  expect(range?.anomalies).toEqual([[line, Date.parse('2026-01-02T09:00:00Z') / 1000, 45]]);
  const bath = lineOf(data, '24 h', 'Bad');
  expect(bath.range?.stale[bath.line]).toContain(at('2026-01-02T11:45:00Z'));
  expect(bath.range?.stale[bath.line]).not.toContain(at('2026-01-02T09:45:00Z'));
});

test('without the script: problems, a tile for each location with all its devices, and a table of days', async () => {
  const page = await pageOf();
  expect(page.indexOf('failed in 24 h')).toBeGreaterThan(0);
  expect(page.indexOf('failed in 24 h')).toBeLessThan(page.indexOf('<article'));
  const tiles = page.split('<article').slice(1);
  expect(tiles.map((tile) => /<h3>([^<]*)/.exec(tile)?.[1])).toEqual(['Bad', 'Hall', 'Küche &quot;Süd&quot;, oben']);
  expect(tiles[1]).toMatch(/<span class="number">21\.5<.*Humidity <b>45 %<.*class="air good">Air <b>● good/);
  expect(tiles[1]?.match(/<caption>/g)).toHaveLength(2);
  expect(tiles[0]).toMatch(/as of <time datetime="2026-01-02T10:00:00.000Z">/);
  const days = page.slice(page.indexOf('<details class="days" open>'));
  expect(days).toMatch(/<caption>Bad<\/caption>[^]*?<th scope="row">2026-01-02<\/th><td>0\.0<td>\d+\.\d<td>18\.3/);
});

test('it begins with the first cycle; --since is shown first; other formats of the same home agree', async () => {
  const { report } = await homeWithHistory();
  const page = (await report({ format: 'html', since: '2026-01-01' })).text;
  expect(dataOf(page)).toMatchObject({ shown: 1, ranges: [{}, { from: Date.parse('2026-01-01T10:00:00Z') / 1000 }] });
  const json = JSON.parse((await report({ format: 'json' })).text) as {
    latest: { device_id: string; values: Record<string, { value: number; stale: boolean }> }[];
    readings: unknown[];
    trouble: { kind: string }[];
  };
  expect(json.latest.find(({ device_id }) => device_id === 'hue:3')?.values['temperature_celsius']).toMatchObject({
    value: -0.04,
    stale: true,
  });
  expect(json.readings.length).toBe(280 * 3 + 288);
  expect(json.trouble.map(({ kind }) => kind)).toEqual(['failed_cycles', 'gap', 'skipped', 'stale']);
});

test('a time without readings is said to be one', async () => {
  const page = await pageOf({ since: '2025-01-01', until: '2025-01-02' });
  expect(page).toContain('No readings in this time.');
  expect(dataOf(page).quantities).toEqual([]);
});

test('a battery that is nearly empty and poor air are in sight, good values are folded away', async () => {
  const home = reportHome();
  const measured_at = new Date(NOW - 4 * 60_000).toISOString();
  const readings = [
    hueReading('hue:1', { measured_at, location: 'Hall', battery_percent: 9 }),
    hueReading('hue:2', { measured_at, location: 'Attic', battery_percent: 80, iaq_score: 30, co_ppm: 0 }),
  ];
  await store(home.config, [cycleOf(measured_at, 'hue', readings)]);
  const [, attic = '', hall = ''] = (await home.report({ format: 'html' })).text.split('<article');
  expect(hall).toContain('<p class="attention">⚠ Battery 9 %</p>');
  expect(attic).toMatch(/Air <b>■ poor.*attention">⚠ Air quality score 30</);
  expect(attic.match(/class="attention"/g)).toHaveLength(1);
});
