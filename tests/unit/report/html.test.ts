/** The page: complete in itself, honest about gaps, small. */
import { cycleOf, hueReading } from '../../support/cycles';
import { homeWithHistory, NOW, reportHome, store } from '../../support/report-home';

const pageOf = async (flags: Record<string, string> = {}): Promise<string> => {
  const { report } = await homeWithHistory();
  return (await report({ format: 'html', since: '24h', ...flags })).text;
};

/** What stands in the section of one quantity. */
const sectionOf = (page: string, title: string): string =>
  page.split('<section>').find((part) => part.startsWith(`<h2>${title}`)) ?? '';

test('it needs nothing else: no script, nothing fetched, no name of a room as markup', async () => {
  const page = await pageOf();
  expect(page).not.toMatch(/<script|javascript:|@import|url\(|\bsrc=|\bhref=/i);
  expect(page).toContain(`content="default-src 'none';style-src 'unsafe-inline'"`);
  expect(page).toContain('Küche &quot;Süd&quot;, oben');
  expect(page).not.toContain('"Süd"');
});

test('a chart for each quantity that was measured, each with title and description', async () => {
  const page = await pageOf();
  const titles = [...page.matchAll(/<section><h2>([^<]*)/g)].map((match) => match[1]);
  expect(titles).toEqual([
    'Temperature, °C',
    'Humidity, %',
    'Particles PM2.5, µg/m³',
    'Particles PM10, µg/m³',
    'VOC index',
    'Carbon monoxide, ppm',
    'Air quality score',
    'Light, lux',
    'Battery, %',
  ]);
  expect(page.match(/<svg [^>]*role="img" aria-labelledby="([a-z0-9]+)-t \1-d"/g)).toHaveLength(9);
  expect(page).toMatch(/<desc id="temperature-d">From .*Bad 0\.0 °C to 18\.3 °C/);
  expect(sectionOf(await pageOf({ units: 'us' }), 'Temperature')).toMatch(/°F/);
});

test('if nothing was measured there is no line', async () => {
  const battery = sectionOf(await pageOf(), 'Battery');
  const [line = ''] = /<path class="line c\d" d="([^"]*)"/.exec(battery)?.slice(1) ?? [];
  // The machine was off for half an hour, and two cycles failed: three runs of the line.
  expect(line.match(/M/g)).toHaveLength(3);
});

test('stale stretches and anomalies are marked', async () => {
  const temperature = sectionOf(await pageOf(), 'Temperature');
  expect(temperature).toMatch(/class="line stale c0"[^>]*><title>Bad, stale/);
  expect(temperature.match(/class="anomaly"/g)).toHaveLength(1);
  expect(temperature).toMatch(/class="anomaly" d="M\d+ 0h0"><title>Küche/);
  // One broken value, drawn at the upper edge, does not flatten the day.
  expect(temperature).not.toContain('>45<');
});

test('trouble and the latest values come before the charts', async () => {
  const page = await pageOf();
  expect(page.indexOf('failed in 24 h')).toBeGreaterThan(0);
  expect(page.indexOf('failed in 24 h')).toBeLessThan(page.indexOf('Latest values'));
  expect(page.indexOf('<caption>Bad')).toBeLessThan(page.indexOf('<section>'));
  expect(page).toMatch(/<th scope="row">Temperature<\/th><td class="now">0\.0 °C<\/td>.*?class="bad">2 h stale/);
});

test('it begins with the first cycle; other formats of the same home agree on the latest values', async () => {
  const { report } = await homeWithHistory();
  const page = (await report({ format: 'html', since: '2026-01-01' })).text;
  expect(page).toContain('2026-01-01 10:00 to 2026-01-02 12:00');
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
  expect(page).not.toContain('<section>');
});

test('a single value is a dot that can be seen, in a page that is not empty before it', async () => {
  const home = reportHome();
  const [hour, minute] = [3_600_000, 60_000];
  const measured_at = new Date(NOW - 4 * minute).toISOString();
  await store(home.config, [cycleOf(measured_at, 'hue', [hueReading('hue:1', { measured_at })])]);
  const { text } = await home.report({ format: 'html' });
  expect(text).toMatch(/<path class="line dot c0" d="M11 \d+h0"/); // the last of six stretches of ten minutes
  expect(text).not.toMatch(/<path class="line c0"/);
  const clock = (ms: number) => new Date(ms).toTimeString().slice(0, 5);
  expect(text).toContain(`${clock(NOW - hour)} to 2026-01-02 ${clock(NOW)}`);
});

test('forty rooms have forty styles, and the bands of many are faint', async () => {
  const home = reportHome();
  const cycles = [20, 15, 10, 5].map((minutes) =>
    cycleOf(
      new Date(NOW - minutes * 60_000).toISOString(),
      'hue',
      Array.from({ length: 40 }, (_, n) => hueReading(`hue:${n}`, { location: `Room ${n}` })),
    ),
  );
  await store(home.config, cycles);
  const { text } = await home.report({ format: 'html' });
  const legend = [...text.matchAll(/<li class="([^"]*)">Room/g)].map((match) => match[1]);
  expect(legend).toHaveLength(40);
  expect(new Set(legend).size).toBe(40);
  expect(text).toContain('class="crowd"');
});
