/** Where in a YAML text each key and each value stands, so that a fault can be shown where it was written. */
import { EVENT_ID, getScalarValue, parseEvents, SCALAR_STYLE, type ScalarStyle } from 'js-yaml';

/** What a parser must not go beyond. */
export interface YamlLimits {
  maxDepth: number;
  maxAliases: number;
}

export interface Place {
  /** the key's first character; of a list's element, the element's; counted from the start of the text */
  keyOffset: number;
  /** the value's first character, or the key's if nothing is written */
  valueOffset: number;
  /** the value as written, without its quotes; null if it is a list or has keys below it */
  written: string | null;
}

export interface Positions {
  /** JSON pointer → place; `''` is the whole document */
  places: Map<string, Place>;
  /** every second and later appearance of a key: its pointer and the key's offset */
  duplicates: { pointer: string; offset: number }[];
}

/** An open mapping or list while the events go by; `key` is the key whose value comes next. */
interface Frame {
  pointer: string;
  key: { name: string; offset: number } | null;
  /** how many elements of a list are done; null for a mapping */
  elements: number | null;
}

const QUOTED = new Set<ScalarStyle>([SCALAR_STYLE.SINGLE_QUOTED, SCALAR_STYLE.DOUBLE_QUOTED]);

/** @param text valid YAML: it has been loaded once, or failed only by its duplicate keys */
export function findPositions(text: string, limits: YamlLimits): Positions {
  const places = new Map<string, Place>();
  const duplicates: Positions['duplicates'] = [];
  const frames: Frame[] = [];

  /** Notes the place of the node that begins here, and returns its pointer. */
  const enter = (offset: number, written: string | null): string => {
    const frame = frames.at(-1);
    if (frame === undefined) {
      places.set('', { keyOffset: Math.max(offset, 0), valueOffset: Math.max(offset, 0), written });
      return '';
    }
    const name = frame.elements === null ? (frame.key?.name ?? '') : String(frame.elements++);
    const keyOffset = frame.key?.offset ?? offset;
    const pointer = `${frame.pointer}/${escapePointer(name)}`;
    frame.key = null;
    if (places.has(pointer)) duplicates.push({ pointer, offset: keyOffset });
    else places.set(pointer, { keyOffset, valueOffset: offset < 0 ? keyOffset : offset, written });
    return pointer;
  };

  for (const event of parseEvents(text, limits)) {
    const frame = frames.at(-1);
    switch (event.type) {
      case EVENT_ID.SCALAR: {
        const written = event.valueStart < 0 ? '' : getScalarValue(text, event);
        // The offset of a quoted value points behind its opening quote.
        const offset = QUOTED.has(event.style) ? event.valueStart - 1 : event.valueStart;
        if (frame?.elements === null && frame.key === null) frame.key = { name: written, offset };
        else enter(offset, written);
        break;
      }
      case EVENT_ID.MAPPING:
        frames.push({ pointer: enter(event.start, null), key: null, elements: null });
        break;
      case EVENT_ID.SEQUENCE:
        frames.push({ pointer: enter(event.start, null), key: null, elements: 0 });
        break;
      case EVENT_ID.POP:
        frames.pop();
        break;
      case EVENT_ID.ALIAS:
      case EVENT_ID.DOCUMENT:
        break;
    }
  }
  return { places, duplicates };
}

/** The `~` and `/` of a key, as RFC 6901 writes them. */
export function escapePointer(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}

/** Both from 1. */
export interface LineAndColumn {
  line: number;
  column: number;
}

/** @returns a function from an offset in the text to its line and column; a file may have a hundred thousand faults */
export function lineFinder(text: string): (offset: number) => LineAndColumn {
  const starts = [0, ...Array.from(text.matchAll(/\r\n|\r|\n/g), ({ 0: end, index }) => index + end.length)];
  return (offset) => {
    let line = 1;
    for (let above = starts.length; above - line > 0;) {
      const middle = Math.ceil((line + above) / 2);
      if ((starts[middle - 1] ?? 0) <= offset) line = middle;
      else above = middle - 1;
    }
    return { line, column: offset - (starts[line - 1] ?? 0) + 1 };
  };
}
