/** The temperature of the last 24 hours on each tile. */
import uPlot from 'uplot';
import type { PageData } from '../page-data';
import { colour } from './dom';
import { linesOf } from './lines';

export function drawCurves(data: PageData): void {
  const [range] = data.ranges;
  const quantity = data.quantities.find(({ name }) => name === 'temperature');
  if (range === undefined || quantity === undefined) return;
  const lines = linesOf(data, range, quantity);
  for (const tile of document.querySelectorAll<HTMLElement>('.tile')) {
    const into = tile.querySelector<HTMLElement>('.curve');
    const line = lines.find((each) => data.lines[each.line]?.location === tile.dataset['location']);
    if (into === null || line === undefined) continue;
    // An empty element takes no space, and has no width.
    into.replaceChildren(document.createElement('div'));
    const stroke = colour('accent');
    new uPlot(
      {
        ...{ width: into.clientWidth, height: into.clientHeight, padding: [4, 2, 4, 2] },
        ...{ legend: { show: false }, cursor: { show: false }, axes: [{ show: false }, { show: false }] },
        series: [{}, { stroke, width: 2, fill: `${stroke}1f`, points: { show: false } }],
        scales: { x: { range: [range.from, range.to] } },
      },
      [range.times, line.mean],
      into,
    );
  }
}
