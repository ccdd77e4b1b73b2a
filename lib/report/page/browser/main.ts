/** The script of the page: reads the data beside it, and draws. */
import type { PageData } from '../page-data';
import { drawCharts } from './charts';
import { drawCurves } from './curves';
import { element } from './dom';
import { reloadWhenNewer } from './live';
import { keepState, stateFrom } from './state';
import { clockOf, keepAges } from './times';

const data = JSON.parse(document.getElementById('data')?.textContent ?? '{}') as PageData;
const section = document.getElementById('charts');
const state = stateFrom(data);
const clock = clockOf(data.zone);
const grid = element('div');
const bars = element('div');

function button(text: string, isPressed: boolean, press: () => void): HTMLElement {
  return element('button', { type: 'button', 'aria-pressed': String(isPressed), click: press }, text);
}

function group(label: string, ...buttons: HTMLElement[]): HTMLElement {
  return element('div', { class: 'group', role: 'group', 'aria-label': label }, ...buttons);
}

/** @param change what the reader chose */
function draw(change: () => void = () => undefined): void {
  change();
  keepState(state, data);
  const choose = (text: string, isPressed: boolean, chosen: () => void) => button(text, isPressed, () => draw(chosen));
  const ranges = data.ranges.map(({ label }, n) =>
    choose(label, n === state.range && state.zoom === null, () => Object.assign(state, { range: n, zoom: null })),
  );
  const quantities = data.quantities.map(({ title }, n) =>
    choose(title, n === state.quantity, () => (state.quantity = n)),
  );
  const together = choose('One chart', state.together, () => (state.together = !state.together));
  const reset =
    state.zoom === null
      ? []
      : [
          element(
            'button',
            { type: 'button', class: 'reset', click: () => draw(() => (state.zoom = null)) },
            '⟲ Whole time',
          ),
        ];
  const focused = [...bars.querySelectorAll('button')].findIndex((each) => each === document.activeElement);
  bars.replaceChildren(
    element('div', { class: 'bar' }, group('Time', ...ranges), group('Layout', together), ...reset),
    element('div', { class: 'bar' }, group('Quantity', ...quantities)),
  );
  bars.querySelectorAll('button')[focused]?.focus();
  grid.className = state.together ? 'grid one' : 'grid';
  grid.replaceChildren();
  drawCharts(grid, { data, state, clock, redraw: () => draw() });
  showTrouble();
}

function showTrouble(): void {
  const list = document.getElementById('trouble');
  const well = document.getElementById('well');
  const messages = data.ranges[state.range]?.trouble ?? [];
  if (list === null || well === null) return;
  const wasTold = !list.hidden || !well.hidden;
  list.replaceChildren(...messages.map((message) => element('li', {}, message)));
  list.hidden = messages.length === 0;
  well.hidden = !wasTold || messages.length > 0;
}

if (section !== null && data.quantities.length > 0) {
  section.hidden = false;
  section.append(element('h2', {}, 'Course'), bars, grid);
  document.querySelector('details.days')?.removeAttribute('open');
  draw();
  drawCurves(data);
  let width = innerWidth;
  addEventListener('resize', () => {
    if (innerWidth !== width) draw(() => (width = innerWidth)); // a phone's address bar changes only the height
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
    draw();
    drawCurves(data);
  });
}
keepAges(data.staleAfter);
if (data.live) reloadWhenNewer();
