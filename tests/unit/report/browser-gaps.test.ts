import { inOrder } from '../../../lib/report/page/browser/gaps';

test('gaps of a chart come in order, and none lies in another', () => {
  // Two of stretches without a value, then those before stretches that are broken off.
  expect(inOrder([[10, 20], [50, 90], [0, 1], [19, 20], [89, 90], [20, 25]])).toEqual([[0, 1], [10, 25], [50, 90]]); // prettier-ignore
  expect(inOrder([])).toEqual([]);
});
