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
