import { createRedactor } from '../../../lib/logging/redact';

const SECRET = 'Atnr|EwICI "quoted"/with+signs=é\\';

describe('the redactor', () => {
  const forms: [string, string][] = [
    ['as it is', SECRET],
    ['in a URL', encodeURIComponent(SECRET)],
    ['in a URL in lower case', encodeURIComponent(SECRET).replace(/%../g, (code) => code.toLowerCase())],
    ['in a form body', new URLSearchParams({ token: SECRET }).toString().slice('token='.length)],
    ['in JSON', JSON.stringify(SECRET).slice(1, -1)],
    ['in JSON inside JSON', JSON.stringify(JSON.stringify({ SECRET })).slice(1, -1)],
  ];
  test.each(forms)('masks a secret %s', (_name, form) => {
    const shown = createRedactor([SECRET])(`before ${form} after`);
    expect(shown).toContain('<redacted>');
    expect(shown).toMatch(/^before .* after$/);
    expect(shown).not.toContain('EwICI');
  });

  test.each(['', 'u', 'us', 'user:', 'a longer user name:'])('masks it in base64 after %j', (before) => {
    for (const after of ['', 'x', 'xy', '@host']) {
      for (const encoding of ['base64', 'base64url'] as const) {
        const encoded = Buffer.from(before + SECRET + after).toString(encoding);
        const shown = createRedactor([SECRET])(encoded);
        expect(shown).toContain('<redacted>');
        // What is left decodes to nothing of the secret but a few bits at its ends.
        const left = shown.split('<redacted>').map((part) => Buffer.from(part, encoding).toString('latin1'));
        expect(left.join('')).not.toMatch(/Atnr|EwICI|quoted|signs/);
      }
    }
  });

  test('learns secrets while running', () => {
    const redact = createRedactor();
    expect(redact('cookie at-main=Atza12345')).toContain('Atza12345');
    redact.add('Atza12345');
    expect(redact('cookie at-main=Atza12345')).toBe('cookie at-main=<redacted>');
  });

  test('masks the longer of two secrets that overlap as a whole', () => {
    expect(createRedactor(['user', 'user@example.org'])('to user@example.org')).toBe('to <redacted>');
  });

  test('leaves ordinary words alone where a secret is very short', () => {
    expect(createRedactor(['a', '', '587'])('587 apples a day')).toBe('587 apples a day');
  });

  test('copes with a secret that is not well-formed text', () => {
    expect(createRedactor(['key\ud800value'])('x key\ud800value y')).toBe('x <redacted> y');
  });
});
