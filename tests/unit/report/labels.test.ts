/** A device's name on screen and on the page is never another device's. */
import { labelsOf } from '../../../lib/report/labels';
import { widthOf } from '../../../lib/report/text';
import type { StoredReading } from '../../../lib/store/queries';
import { cycleOf, hueReading } from '../../support/cycles';
import { NOW, reportHome, store } from '../../support/report-home';

const reading = (device_id: string, location: string): StoredReading =>
  ({ device_id, location, device_type: device_id.startsWith('hue') ? 'hue_sensor' : 'alexa_aqm' }) as StoredReading;

test('the room alone, else the kind, else the end of the id that no other has', () => {
  const labels = labelsOf([
    reading('hue:00:17:88:01:02:00:00:0f-02-0402', 'Attic'),
    reading('hue:00:17:88:01:02:00:00:05-02-0402', 'Attic'),
    reading('hue:00:17:88:01:02:00:0a:05-02-0402', 'Hall'),
    reading('alexa:GAJ23000A08FF49B', 'Hall'),
    reading('alexa:GAJ23000A18FF49B', 'Bath'),
    reading('alexa:GAJ23000A28FF49B', 'Bath'),
    reading('hue:1', 'Office'),
    reading('hue:11', 'Office'),
    reading('hue:2', 'Study'),
  ]);
  expect([...labels.values()]).toEqual([
    'Attic (…00:0f)',
    'Attic (…00:05)',
    'Hall (Hue)',
    'Hall (air quality)',
    'Bath (…18FF49B)',
    'Bath (…28FF49B)',
    'Office (hue:1)',
    'Office (…ue:11)',
    'Study',
  ]);
});

test.each([200, 100, 80])('a terminal of %i columns: no line is broken, no two rooms look alike', async (width) => {
  const home = reportHome();
  const rooms = ['Donaudampfschifffahrtsgesellschaftskapitänszimmer', 'Hall', 'Hall'];
  const ids = ['00:01', '00:02', '01:02'].map((end) => `hue:00:17:88:01:02:00:${end}-02-0402`);
  const readings = ids.map((id, n) => hueReading(id, { location: rooms[n] ?? '', battery_percent: 90, light_lux: 7 }));
  await store(home.config, [cycleOf(new Date(NOW - 60_000).toISOString(), 'hue', readings)]);
  const { text } = await home.report({}, { width });
  const lines = text.slice(text.indexOf('LOCATION')).trimEnd().split('\n');
  expect(Math.max(...lines.map(widthOf))).toBeLessThanOrEqual(width);
  const labels = lines.slice(1).flatMap((line) => /^( {0,2}\S.*?)(?: {2,}|$)/.exec(line)?.[1] ?? []);
  expect(labels).toEqual([...rooms.slice(0, 2), '  …00:02', '  …01:02']);
  expect(lines.filter((line) => line.includes('7.00 lux'))).toHaveLength(3);
});

test('an hour of cycles is a curve without holes, on any terminal', async () => {
  const home = reportHome();
  const started = (n: number) => new Date(NOW - n * 300_000 - 20_000).toISOString();
  await store(
    home.config,
    Array.from({ length: 13 }, (_, n) =>
      cycleOf(started(n), 'hue', [hueReading('hue:1', { measured_at: started(n) })]),
    ),
  );
  for (const [width, points] of [
    [200, 8],
    [60, 4],
  ] as const) {
    const { text } = await home.report({ since: '1h', quantity: 'temperature' }, { width });
    expect(/[▁-█ ]+$/m.exec(text.trim())?.[0].trim()).toBe('▄'.repeat(points));
  }
});
