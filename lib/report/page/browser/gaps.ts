/** Parts of a chart without a line. */

type Gap = [from: number, to: number];

/** uPlot cuts them out one after the other: they must be in order, and none may lie in another. */
export function inOrder(gaps: readonly Gap[]): Gap[] {
  const merged: Gap[] = [];
  for (const [from, to] of [...gaps].sort(([one], [other]) => one - other)) {
    const last = merged.at(-1);
    if (last !== undefined && from <= last[1]) last[1] = Math.max(last[1], to);
    else merged.push([from, to]);
  }
  return merged;
}
