/**
 * The one place that keeps secrets out of every output: the log, stderr, `--json`, the alert and the e-mail. It knows
 * the values, not the places where they may turn up, so a secret inside an error message of a library is caught too.
 */

export interface Redactor {
  (text: string): string;
  /** A secret obtained while running: an access token, a cookie, a csrf value. */
  add(value: string): void;
}

const MASK = '<redacted>';
/** A shorter value would turn ordinary words into masks; no key, token or cookie is that short. */
const SHORTEST = 4;

/** @param secretValues values that must not be shown, in any of the forms below; those under 4 characters are left alone */
export function createRedactor(secretValues: readonly string[] = []): Redactor {
  const values = new Set<string>();
  let forms: string[] = [];

  function redact(text: string): string {
    for (const form of forms) if (text.includes(form)) text = text.replaceAll(form, MASK);
    return text;
  }

  function add(value: string): void {
    if (value.length < SHORTEST || values.has(value)) return;
    values.add(value);
    // Longest first: a short value inside a long one must not leave the rest of it standing.
    forms = [...new Set([...forms, ...formsOf(value)])].sort((one, other) => other.length - one.length);
  }

  for (const value of secretValues) add(value);
  return Object.assign(redact, { add });
}

/** Characters that no escaping changes: a Hue key, a uuid. */
const SAME_EVERYWHERE = /^[\w.-]*$/;

/** How a value looks raw, in a URL, in a form body, in JSON (also JSON inside JSON) and in base64. */
function formsOf(value: string): string[] {
  if (SAME_EVERYWHERE.test(value)) return [value, ...base64Forms(value)];
  const json = JSON.stringify(value).slice(1, -1);
  const url = encodeURIComponent(value.replace(/[\ud800-\udfff]/gu, '\ufffd'));
  const form = new URLSearchParams([['', value]]).toString().slice(1);
  return [
    value,
    json,
    JSON.stringify(json).slice(1, -1),
    url,
    form,
    ...[url, form].map((text) => text.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase())),
    ...base64Forms(value),
  ];
}

/**
 * Base64 writes three bytes as four characters, so a value inside a longer text (`user:password`) has three spellings,
 * by its place; the first and last characters depend on the neighbours and are left out.
 */
function base64Forms(value: string): string[] {
  const bytes = Buffer.from(value);
  const spellings = [0, 1, 2].map((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64url');
    const endsInside = (offset + bytes.length) % 3 === 0 ? encoded.length : encoded.length - 1;
    return encoded.slice(offset === 0 ? 0 : offset + 1, endsInside);
  });
  return spellings
    .filter((spelling) => spelling.length >= 6)
    .flatMap((spelling) => [spelling, spelling.replaceAll('-', '+').replaceAll('_', '/')]);
}
