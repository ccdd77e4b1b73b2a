/** The pages that SQLite does not use any more: what is on them was deleted, and must not come back. */
import type { Pages } from './pages';

/** @returns what can be known of them: none if the first page is damaged */
export function freePages(pages: Pages): Set<number> {
  const free = new Set<number>();
  const first = pages.page(1);
  if (first?.toString('latin1', 0, 15) !== 'SQLite format 3') return free;
  let trunk = first.readUInt32BE(32);
  while (trunk > 1 && trunk <= pages.count && !free.has(trunk)) {
    free.add(trunk);
    const page = pages.page(trunk);
    if (page === null || page.length < pages.pageBytes) break;
    const count = Math.min(page.readUInt32BE(4), pages.pageBytes / 4 - 2);
    for (let index = 0; index < count; index++) free.add(page.readUInt32BE(8 + 4 * index));
    trunk = page.readUInt32BE(0);
  }
  return free;
}
