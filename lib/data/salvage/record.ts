/**
 * One row as SQLite keeps it on a page (https://www.sqlite.org/fileformat2.html, "Record Format"). What is not exactly
 * a record is none: of a damaged page, chance must not make readings.
 */

export type Value = number | string | null | WholeReal;

/** A real number without decimals: in a column of hundredths, 2075 and 2075.0 are different values. */
export class WholeReal {
  constructor(readonly value: number) {}
}

/** @returns the number and where it ends; null if the bytes end before it */
export function varint(bytes: Buffer, at: number): readonly [value: number, end: number] | null {
  let value = 0;
  for (let index = 0; index < 9; index++) {
    const byte = bytes[at + index];
    if (byte === undefined) return null;
    if (index === 8) return [value * 256 + byte, at + 9];
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) return [value, at + index + 1];
  }
  return null;
}

const SIZES = [0, 1, 2, 3, 4, 6, 8, 8, 0, 0];
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** @returns null if it is not a record of exactly this length, or holds a blob, which none of our tables does */
export function decodeRecord(payload: Buffer): Value[] | null {
  const header = varint(payload, 0);
  if (header === null) return null;
  const [headerEnd] = header;
  let [, at] = header;
  let body = headerEnd;
  const values: Value[] = [];
  while (at < headerEnd) {
    const type = varint(payload, at);
    if (type === null) return null;
    at = type[1];
    const size = SIZES[type[0]] ?? (type[0] >= 13 && type[0] % 2 === 1 ? (type[0] - 13) / 2 : -1);
    if (size < 0 || body + size > payload.length) return null;
    const value = valueAt(payload, body, type[0], size);
    if (value === undefined) return null;
    values.push(value);
    body += size;
  }
  return at === headerEnd && body === payload.length ? values : null;
}

function valueAt(payload: Buffer, at: number, type: number, size: number): Value | undefined {
  if (type === 0) return null;
  if (type <= 5) return payload.readIntBE(at, size);
  if (type === 6) return Number(payload.readBigInt64BE(at));
  if (type === 7) return realOf(payload.readDoubleBE(at));
  if (type <= 9) return type - 8;
  try {
    return utf8.decode(payload.subarray(at, at + size));
  } catch {
    return undefined;
  }
}

function realOf(value: number): Value | undefined {
  if (!Number.isFinite(value)) return undefined;
  return Number.isInteger(value) ? new WholeReal(value) : value;
}
