/** What is packed into the page comes out of it as it was shown. */
import { packLine, unpackLine } from '../../../lib/report/page/compact';

test.each([0, 1, 2])('%i decimals: values, bands, gaps and large steps survive', (decimals) => {
  const mean = [NaN, 20.04, 20.1, -3.26, NaN, NaN, 12_345.67, 0, NaN];
  const lowest = mean.map((value) => value - 1.5);
  const highest = mean.map((value, n) => value + 40 * n);
  const scale = 10 ** decimals;
  const rounded = (values: number[]) =>
    values.map((value) => (Number.isNaN(value) ? null : Math.round(value * scale) / scale || 0));
  const unpacked = unpackLine(packLine({ lowest, mean, highest }, decimals, true), decimals);
  for (const [name, values] of Object.entries({ lowest, mean, highest })) {
    expect(unpacked[name as 'mean'].map((value) => value && Number(value.toFixed(decimals)))).toEqual(rounded(values));
  }
  const without = unpackLine(packLine({ lowest, mean, highest }, decimals, false), decimals);
  expect(without.highest).toEqual(without.mean);
});

test('a day of a steady room costs about three characters a value', () => {
  const mean = Array.from({ length: 288 }, (_, n) => 20 + Math.sin(n / 40));
  const text = packLine({ lowest: mean.map((v) => v - 0.2), mean, highest: mean.map((v) => v + 0.3) }, 1, true);
  expect(text.length).toBeLessThan(3.1 * mean.length);
});
