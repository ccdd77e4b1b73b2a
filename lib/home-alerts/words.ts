/** An event about the home as a sentence. */
import { QUANTITY_NAMES, quantityRow } from '../quantities';
import type { HomeEvent, Watch } from './state';

/** `Bathroom: humidity 71 % (damp: above 65 %), since 2026-11-28T20:56:00.000Z` */
export function sentenceOf({
  name,
  quantity,
  location,
  value,
  threshold,
  since,
}: Omit<Watch, 'raised_at' | 'reminded_at'>): string {
  if (quantity === null) return `${location}: no measurement for ${value} h (${name}), since ${since}`;
  const row = QUANTITY_NAMES.map(quantityRow).find((each) => each.name === quantity);
  const unit = row === undefined || row.unit === '' ? '' : ` ${row.unit}`;
  const side = value > threshold ? 'above' : 'below';
  return `${location}: ${(row?.title ?? quantity).toLowerCase()} ${value}${unit} (${name}: ${side} ${threshold}${unit}), since ${since}`;
}

const BEGINS: Readonly<Record<HomeEvent['event'], string>> = { raised: '', cleared: 'Over: ', reminder: 'Still: ' };

/** Ids of devices begin with their source: none is called so. */
const TEST_DEVICE = 'test';

/** In the shape of a real one, so that a program that takes it is tested, too. */
export function testEvent(now: Date): HomeEvent {
  const said = { event: 'raised', name: 'test message', quantity: null, location: 'Test' } as const;
  return { ...said, device_id: TEST_DEVICE, value: 0, threshold: 0, since: now.toISOString() };
}

export function textOf(event: HomeEvent): string {
  if (event.device_id === TEST_DEVICE) return 'this is a test message, nothing is wrong';
  if (event.event !== 'cleared') return BEGINS[event.event] + sentenceOf(event);
  const { name, location, quantity, value } = event;
  const now = quantity === null ? 'it measures again' : `${quantity} is ${value} now`;
  return `${BEGINS.cleared}${location}: ${name}; ${now}`;
}
