/** Dew point and absolute humidity, against published values, in every format. */
import { parse as parseCsv } from 'csv-parse/sync';
import { DERIVED } from '../../../lib/report/derived';
import { homeWithHistory } from '../../support/report-home';

// Of a psychrometric table: 20 °C and 50 % have a dew point of 9.3 °C and 8.65 g/m³; saturated air of 20 °C 17.3 g/m³.
test.each([
  [20, 50, 9.27, 8.65],
  [20, 100, 20, 17.3],
  [30, 80, 26.17, 24.3],
  [0, 60, -6.8, 2.91],
  [-10, 90, -11.3, 2.1],
])('%i °C and %i %%', (celsius, percent, dewPoint, absolute) => {
  expect(DERIVED.dew_point_celsius.of(celsius, percent)).toBeCloseTo(dewPoint, 0);
  expect(DERIVED.absolute_humidity_gm3.of(celsius, percent)).toBeCloseTo(absolute, 0);
});

test('air without any water has no dew point', () => {
  expect(DERIVED.dew_point_celsius.of(20, 0)).toBeNull();
});

test('as --quantity: only readings that have both, in the same value everywhere', async () => {
  const { report } = await homeWithHistory();
  const quantity = 'dew_point,absolute-humidity';
  const rows = parseCsv((await report({ format: 'csv', quantity })).text, { columns: true }) as unknown as Record<
    string,
    string
  >[];
  expect(new Set(rows.map((row) => row['device_id']))).toEqual(new Set(['alexa:G1']));
  expect(rows[0]).toMatchObject({ dew_point_celsius: '9.068', absolute_humidity_gm3: '8.469' });
  expect((await report({ quantity })).text).toMatch(
    /Dew point +9\.1 °C .* 9\.1 +9\.1[^]*Absolute humidity +8\.5 g\/m³/,
  );
  expect((await report({ quantity: 'dew_point', units: 'us' })).text).toContain('48.3 °F');
});

test('one value a day: means by day and by night, degree days; in every list, and never mixed with readings', async () => {
  const { report } = await homeWithHistory();
  const quantity = 'day_mean,night_mean,heating-degree-days';
  const flags = { quantity, since: '2026-01-01', location: 'Bad' };
  const { days } = JSON.parse((await report({ ...flags, format: 'json' })).text) as { days: Record<string, unknown>[] };
  expect(days.map(({ day }) => day)).toEqual(['2026-01-01', '2026-01-02']);
  expect(days[1]).toMatchObject({ device_id: 'hue:3', location: 'Bad', heating_degree_days: null });
  expect(days[1]?.['temperature_night_mean_celsius']).toBeCloseTo(16.9, 0);
  const csv = (await report({ ...flags, format: 'csv', units: 'us' })).text.split('\n');
  expect(csv[0]).toBe(
    'timestamp,day,device_id,device_type,location,temperature_day_mean_fahrenheit,temperature_night_mean_fahrenheit,heating_degree_days_fahrenheit',
  );
  expect((await report(flags)).text).toMatch(/^DAY +DAY +NIGHT +DEGREE DAYS +LOCATION\n2026-01-01 +\d+\.\d/);
  await expect(report({ quantity: 'day_mean,humidity' })).rejects.toThrow(/one value a day/);
  await expect(report({ quantity: 'day_mean', format: 'html' })).rejects.toThrow(/cannot be shown so/);
});
