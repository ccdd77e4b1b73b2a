/**
 * Amazon's JSON scalars come as values or as JSON text, and parts may be missing: these take anything and never throw.
 */

import { parseJson } from '../json';

export function isWebPage(body: Buffer): boolean {
  return /^\s*</.test(body.toString('utf8', 0, 200));
}

export function isJsonObject(body: Buffer): boolean {
  const value = parsed(body.toString('utf8'));
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value itself, or the parsed value if it is JSON text; undefined if the text is not JSON. */
export function parsed(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return parseJson(value);
  } catch {
    return undefined;
  }
}

/** An object's properties; an empty one for anything else. */
export function asRecord(value: unknown): Record<string, unknown> {
  const seen = parsed(value);
  return typeof seen === 'object' && seen !== null && !Array.isArray(seen) ? (seen as Record<string, unknown>) : {};
}

/** A list's elements; none for anything else. */
export function asList(value: unknown): unknown[] {
  const seen = parsed(value);
  return Array.isArray(seen) ? seen : [];
}

/** A text with something in it; a number counts as its digits; null for anything else. */
export function asText(value: unknown): string | null {
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
}
