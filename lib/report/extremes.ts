/**
 * The lowest and the highest of many values. `Math.min(...values)` takes each value as an argument, and more than about
 * 120,000 arguments overflow the stack.
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
