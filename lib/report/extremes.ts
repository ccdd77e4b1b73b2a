/**
 * The lowest and the highest of many. `Math.min(...values)` takes each value as an argument of its own, and the stack
 * ends at some 120,000 of them.
 */
export function lowestOf(values: Iterable<number>): number {
  let lowest = Infinity;
  for (const value of values) if (value < lowest) lowest = value;
  return lowest;
}

export function highestOf(values: Iterable<number>): number {
  let highest = -Infinity;
  for (const value of values) if (value > highest) highest = value;
  return highest;
}
