/** What the reader has chosen. It is kept in the address, so that a newer page shows the same. */
import type { PageData } from '../page-data';

export interface State {
  quantity: number;
  range: number;
  /** all locations in one chart */
  together: boolean;
  /** numbers of lines that are switched off */
  hidden: Set<number>;
  /** a part of the range */
  zoom: readonly [from: number, to: number] | null;
}

export function stateFrom(data: PageData): State {
  const given = new URLSearchParams(location.hash.slice(1));
  const numberOf = (name: string, among: readonly string[], otherwise: number) => {
    const found = among.indexOf(given.get(name) ?? '');
    return found < 0 ? otherwise : found;
  };
  return {
    quantity: numberOf(
      'show',
      data.quantities.map(({ name }) => name),
      0,
    ),
    range: numberOf(
      'time',
      data.ranges.map(({ label }) => label),
      data.shown,
    ),
    together: given.get('together') === '1',
    hidden: new Set(),
    zoom: null,
  };
}

export function keepState({ quantity, range, together }: State, data: PageData): void {
  const kept = new URLSearchParams({
    show: data.quantities[quantity]?.name ?? '',
    time: data.ranges[range]?.label ?? '',
    ...(together && { together: '1' }),
  });
  history.replaceState(null, '', `#${kept.toString()}`);
}
