/**
 * JSON from outside. Of a text of 8 MB, millions of empty lists or levels would make a gigabyte of objects, and a cycle
 * that ends at its deadline: the parts are counted before they are made.
 */

/** A shorter text cannot do harm, and need not be looked at. */
const HARMLESS_CHARACTERS = 100_000;
/** A bridge with 1,000 sensors has 3,000 lists and objects; an account with 300 devices at Amazon some ten thousand. */
const MOST_CONTAINERS = 100_000;
const MOST_VALUES = 250_000;
const MOST_LEVELS = 200;

/** @throws Error without a part of the text: it may hold secrets */
export function parseJson(text: string): unknown {
  if (text.length > HARMLESS_CHARACTERS) refuseTooManyParts(text);
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new Error('is not JSON, or was cut');
  }
}

const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c];
/** `[` and `{`, `]` and `}`. */
const OPENING = [0x5b, 0x7b];
const CLOSING = [0x5d, 0x7d];

function refuseTooManyParts(text: string): void {
  let [containers, values, levels] = [0, 0, 0];
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === QUOTE) index = endOfString(text, index);
    else if (code === COMMA) values++;
    else if (OPENING.includes(code)) {
      containers++;
      levels++;
    } else if (CLOSING.includes(code)) levels--;
    else continue;
    if (containers > MOST_CONTAINERS || values > MOST_VALUES || levels > MOST_LEVELS) {
      throw new Error('has more parts, or levels, than any device sends');
    }
  }
}

/** @returns where its closing quote is; the end of the text if there is none */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (text.charCodeAt(end - 1 - backslashes) === BACKSLASH) backslashes++;
    if (backslashes % 2 === 0) return end;
  }
  return text.length;
}
