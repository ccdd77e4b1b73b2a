/**
 * Turns anything a caller may log into plain JSON values: nothing in the result throws, loops, hides a secret or is
 * endless.
 */
import { maskedStart } from './redact';

export interface Limits {
  /** characters of one string */
  string: number;
  /** elements of one list or object */
  entries: number;
  /** levels of nesting */
  depth: number;
}

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** @returns `undefined` for what JSON leaves out: undefined, functions, symbols */
export function toJsonSafe(value: unknown, redact: (text: string) => string, limits: Limits): Json | undefined {
  const ancestors: object[] = [];

  function text(raw: string): string {
    const { shown, isWhole } = maskedStart(raw, limits.string, redact);
    return isWhole ? shown : `${shown}…`;
  }

  function convert(item: unknown): Json | undefined {
    switch (typeof item) {
      case 'string':
        return text(item);
      case 'number':
        return Number.isFinite(item) ? item : String(item);
      case 'boolean':
        return item;
      case 'bigint':
        return text(item.toString());
      case 'object':
        return item === null ? null : convertObject(item);
      case 'undefined':
      case 'function':
      case 'symbol':
        return undefined;
    }
  }

  function convertObject(item: object): Json {
    if (ancestors.includes(item)) return '[circular]';
    if (ancestors.length >= limits.depth) return '[too deep]';
    ancestors.push(item);
    try {
      return describe(item);
    } catch (thrown) {
      return text(`[unreadable: ${messageOf(thrown)}]`);
    } finally {
      ancestors.pop();
    }
  }

  function describe(item: object): Json {
    if (item instanceof Date) return Number.isNaN(item.getTime()) ? 'Invalid Date' : item.toISOString();
    if (ArrayBuffer.isView(item) || item instanceof ArrayBuffer) return `[${item.byteLength} bytes]`;
    if (item instanceof Map)
      return describeEntries([...(item as Map<unknown, unknown>)].map(([key, entry]) => [String(key), () => entry]));
    if (item instanceof Set) return describeList([...item]);
    if (Array.isArray(item)) return describeList(item);
    if (item instanceof RegExp || item instanceof URL) return text(String(item));
    if (isError(item)) return describeEntries(errorEntries(item));
    if (knowsItsJson(item)) return convert(item.toJSON()) ?? null;
    return describeEntries(Object.keys(item).map((key) => [key, () => (item as Record<string, unknown>)[key]]));
  }

  function describeList(items: unknown[]): Json {
    const kept: Json[] = items.slice(0, limits.entries).map((entry) => convert(entry) ?? null);
    if (items.length > kept.length) kept.push(`[${items.length - kept.length} more]`);
    return kept;
  }

  function describeEntries(entries: [string, () => unknown][]): Json {
    const result: [string, Json][] = [];
    for (const [key, read] of entries.slice(0, limits.entries)) {
      let entry: Json | undefined;
      try {
        entry = convert(read());
      } catch (thrown) {
        entry = text(`[unreadable: ${messageOf(thrown)}]`);
      }
      if (entry !== undefined) result.push([text(key), entry]);
    }
    if (entries.length > limits.entries) result.push(['…', `[${entries.length - limits.entries} more]`]);
    return Object.fromEntries(result);
  }

  return convert(value);
}

/** sqlite3's errors come from outside jest's realm, so `instanceof` does not recognise them. */
function isError(item: object): item is Error {
  return item instanceof Error || Object.prototype.toString.call(item) === '[object Error]';
}

function knowsItsJson(item: object): item is { toJSON(): unknown } {
  return 'toJSON' in item && typeof item.toJSON === 'function';
}

/** An error's own fields are enumerable; its name, message, stack and cause are not. */
function errorEntries(error: Error): [string, () => unknown][] {
  const keys = new Set(['name', 'message', ...Object.keys(error), 'stack', 'cause', 'errors']);
  return [...keys].map((key) => [key, () => (error as unknown as Record<string, unknown>)[key]]);
}

function messageOf(thrown: unknown): string {
  try {
    return thrown instanceof Error ? thrown.message : String(thrown);
  } catch {
    return 'it throws';
  }
}
