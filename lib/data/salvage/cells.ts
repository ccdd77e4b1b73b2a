/** The rows on one page of a b-tree, as far as they are whole ("B-tree Pages" of SQLite's file format). */
import type { Pages } from './pages';
import { decodeRecord, varint, type Value } from './record';

export interface Cell {
  /** a table is ordered by its rowid; an index, and a table without rowid, by its values */
  kind: 'table' | 'index';
  /** 0 in an index */
  rowid: number;
  values: Value[];
}

export interface PageCells {
  /** null: it is not a page of a b-tree */
  kind: 'leaf' | 'interior' | null;
  cells: Cell[];
  /** whether a part of it could not be read */
  isDamaged: boolean;
  /** the pages on which long rows go on */
  overflow: number[];
}

interface PageType {
  kind: 'leaf' | 'interior';
  tree: 'table' | 'index';
  headerBytes: number;
}

const TYPES: Readonly<Record<number, PageType>> = {
  2: { kind: 'interior', tree: 'index', headerBytes: 12 },
  5: { kind: 'interior', tree: 'table', headerBytes: 12 },
  10: { kind: 'leaf', tree: 'index', headerBytes: 8 },
  13: { kind: 'leaf', tree: 'table', headerBytes: 8 },
};

const NOTHING: PageCells = { kind: null, cells: [], isDamaged: false, overflow: [] };

export function cellsOf(pages: Pages, number: number, page: Buffer): PageCells {
  const start = number === 1 ? 100 : 0;
  const type = TYPES[page[start] ?? 0];
  const usable = pages.pageBytes - pages.reserved;
  if (type === undefined || page.length < pages.pageBytes) return NOTHING;
  const count = page.readUInt16BE(start + 3);
  const pointers = start + type.headerBytes;
  const found: PageCells = { kind: type.kind, cells: [], isDamaged: false, overflow: [] };
  if (pointers + 2 * count > usable) return { ...found, isDamaged: true };
  // A leaf without rows is what an empty table has; more free bytes in pieces than SQLite leaves are not.
  if ((page[start + 7] ?? 0) > 60 || page.readUInt16BE(start + 1) >= usable) found.isDamaged = true;
  const isInterior = type.kind === 'interior';
  if (isInterior && !leadsToPage(pages, page, start + 8)) found.isDamaged = true;
  for (let index = 0; index < count; index++) {
    const at = page.readUInt16BE(pointers + 2 * index);
    const isInside = at >= pointers + 2 * count && at + 4 <= usable;
    if (!isInside || (isInterior && !leadsToPage(pages, page, at))) found.isDamaged = true;
    if (!isInside || (isInterior && type.tree === 'table')) continue; // only the way to rows
    const cell = cellAt(pages, page, at + (isInterior ? 4 : 0), type, found.overflow);
    if (cell === null) found.isDamaged = true;
    else found.cells.push(cell);
  }
  return found;
}

function leadsToPage(pages: Pages, page: Buffer, at: number): boolean {
  const child = page.readUInt32BE(at);
  return child > 1 && child <= pages.count;
}

function cellAt(pages: Pages, page: Buffer, at: number, { tree }: PageType, overflow: number[]): Cell | null {
  const length = varint(page, at);
  const rowid = length !== null && tree === 'table' ? varint(page, length[1]) : ([0, length?.[1] ?? 0] as const);
  if (length === null || rowid === null) return null;
  const payload = payloadAt(pages, page, { at: rowid[1], length: length[0], tree }, overflow);
  const values = payload === null ? null : decodeRecord(payload);
  return values === null ? null : { kind: tree, rowid: rowid[0], values };
}

interface Place {
  at: number;
  length: number;
  tree: 'table' | 'index';
}

/** The longest row that is believed: the text of an error, a list of skipped devices, a view. */
const LONGEST_PAYLOAD = 1_000_000;

/** Of a long row, the page holds only the beginning; the rest is in a chain of further pages. */
function payloadAt(pages: Pages, page: Buffer, { at, length, tree }: Place, overflow: number[]): Buffer | null {
  if (length > LONGEST_PAYLOAD) return null;
  const usable = pages.pageBytes - pages.reserved;
  const longest = tree === 'table' ? usable - 35 : Math.floor(((usable - 12) * 64) / 255) - 23;
  if (length <= longest) return at + length > usable ? null : page.subarray(at, at + length);
  const shortest = Math.floor(((usable - 12) * 32) / 255) - 23;
  const fitting = shortest + ((length - shortest) % (usable - 4));
  const local = fitting <= longest ? fitting : shortest;
  if (at + local + 4 > usable) return null;
  const parts = [page.subarray(at, at + local)];
  let missing = length - local;
  let next = page.readUInt32BE(at + local);
  while (missing > 0) {
    const further = next < 2 || next > pages.count ? null : pages.page(next);
    if (further === null || further.length < usable || further.every((byte) => byte === 0)) return null;
    overflow.push(next);
    parts.push(further.subarray(4, 4 + Math.min(missing, usable - 4)));
    missing -= usable - 4;
    next = further.readUInt32BE(0);
  }
  return next === 0 ? Buffer.concat(parts) : null; // the last page of a chain leads nowhere
}
