/** Fingers on a chart: one points at a time, two zoom, two taps go back. */
import type uPlot from 'uplot';

export interface TouchActions {
  point: (left: number) => void;
  /** while the fingers move */
  stretch: (from: number, to: number) => void;
  /** when they are gone */
  zoom: (from: number, to: number) => void;
  reset: () => void;
}

const TAP_MS = 350;

export function listenToTouch(chart: uPlot, { point, stretch, zoom, reset }: TouchActions): void {
  const { over } = chart;
  let lastTap = 0;
  /** the times under both fingers */
  let held: readonly [number, number] | null = null;
  /** what is seen since they moved */
  let seen: readonly [number, number] | null = null;
  const leftOf = (touch: Touch) => touch.clientX - over.getBoundingClientRect().left;
  over.addEventListener(
    'touchstart',
    (event) => {
      const [first, second] = event.touches;
      if (first === undefined) return;
      if (second !== undefined) {
        held = [chart.posToVal(leftOf(first), 'x'), chart.posToVal(leftOf(second), 'x')];
        return;
      }
      if (event.timeStamp - lastTap < TAP_MS) reset();
      lastTap = event.timeStamp;
      point(leftOf(first));
    },
    { passive: true },
  );
  over.addEventListener(
    'touchmove',
    (event) => {
      const [first, second] = event.touches;
      if (first === undefined) return;
      if (second === undefined || held === null) {
        point(leftOf(first));
        return;
      }
      event.preventDefault();
      const [a, b] = [leftOf(first), leftOf(second)];
      if (Math.abs(b - a) < 10) return;
      const perPixel = (held[1] - held[0]) / (b - a);
      if (perPixel <= 0) return;
      const from = held[0] - a * perPixel;
      seen = [from, from + over.clientWidth * perPixel];
      stretch(...seen);
    },
    { passive: false },
  );
  const end = ({ touches }: TouchEvent) => {
    if (touches.length > 0) return;
    held = null;
    if (seen !== null) zoom(...seen);
  };
  over.addEventListener('touchend', end, { passive: true });
  over.addEventListener('touchcancel', end, { passive: true });
}
