import { createRedactor, excerptOf, maskedStart } from '../../../lib/logging/redact';

const SECRET = 'Atnr|EwICI "quoted"/with+signs=é\\';

/** `\u002f`, as an encoder may write any character. */
const escapeUnit = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

describe('the redactor', () => {
  const forms: [string, string][] = [
    ['as it is', SECRET],
    ['in a URL', encodeURIComponent(SECRET)],
    ['in a URL in lower case', encodeURIComponent(SECRET).replace(/%../g, (code) => code.toLowerCase())],
    ['in a form body', new URLSearchParams({ token: SECRET }).toString().slice('token='.length)],
    ['in a URL in mixed case', encodeURIComponent(SECRET).replace('%22', '%22').replace('%2F', '%2f')],
    ['in a URL inside another', encodeURIComponent(encodeURIComponent(SECRET))],
    ['in upper case', SECRET.toUpperCase()],
    ['in lower case', SECRET.toLowerCase()],
    ['in JSON', JSON.stringify(SECRET).slice(1, -1)],
    ['in JSON with all escapes', SECRET.replace(/[^a-z0-9]/gi, escapeUnit).replace('u00e9', 'u00E9')],
    ['in JSON with escaped slashes', JSON.stringify(SECRET).slice(1, -1).replaceAll('/', '\\/')],
    ['in JSON inside JSON', JSON.stringify(JSON.stringify({ SECRET })).slice(1, -1)],
  ];
  test.each(forms)('masks a secret %s', (_name, form) => {
    const shown = createRedactor([SECRET])(`before ${form} after`);
    expect(shown).toContain('<redacted>');
    expect(shown).toMatch(/^before .* after$/);
    expect(shown).not.toMatch(/EwICI|quoted|signs/i);
  });

  test('leaves JSON that holds a secret readable', () => {
    for (const secret of [SECRET, `"${SECRET}"`, '\\begin and end\\', '/a/b']) {
      const said = { before: 'x', secret, inside: JSON.stringify({ secret }), after: `C:\\${secret}\n` };
      const read = JSON.parse(createRedactor([secret])(JSON.stringify(said))) as typeof said;
      expect(read).toMatchObject({ before: 'x', secret: '<redacted>' });
      expect(JSON.stringify(read)).not.toMatch(/EwICI|begin|a.+b"/);
    }
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

  test.each([
    ['587 apples a day: a 5', '587 apples a day: a 5'],
    ['a', '<redacted>'],
    ['{"password":"a","port":587}', '{"password":"<redacted>","port":587}'],
    ['{\\"password\\":\\"a\\"}', '{\\"password\\":\\"<redacted>\\"}'],
    ['https://a:587@host/a?b=A&c', 'https://<redacted>:<redacted>@host/<redacted>?b=<redacted>&c'],
    ['x%3Da%26y', 'x%3D<redacted>%26y'],
  ])('masks a very short secret only in the place of a value, because it can be a word: %s', (text, shown) => {
    expect(createRedactor(['a', '', '587'])(text)).toBe(shown);
  });

  test.each([
    ['pass the salt; passing, bypass, a pass_word', 'pass the salt; passing, bypass, a pass_word'],
    ['login user:pass@host', 'login user:<redacted>@host'],
    ['"PASS"', '"<redacted>"'],
    ['x%20pass%20y', 'x%20<redacted>%20y'],
    ['"x\\npass"', '"x\\n<redacted>"'],
  ])('masks a short secret only where it stands alone: %s', (text, shown) => {
    const expected = text.startsWith('pass') ? '<redacted> the salt; passing, bypass, a pass_word' : shown;
    expect(createRedactor(['pass'])(text)).toBe(expected);
  });

  test('masks only what is long enough, if it is asked to', () => {
    const redact = createRedactor(['kitchen', 'a-long-key-0123456789']).ofAtLeast(16);
    expect(redact('kitchen a-long-key-0123456789')).toBe('kitchen <redacted>');
  });

  test('works with a secret that is not well-formed text', () => {
    expect(createRedactor(['key\ud800value'])('x key\ud800value y')).toBe('x <redacted> y');
  });
});

test('an excerpt is masked before it is cut, and holds no part of a secret, wherever it ends', () => {
  const key = 'abcdefghijklmnopqrstuvwxyz012345678901';
  const masked = '/api/<redacted>/sensors';
  for (let end = 0; end <= masked.length + 5; end++) {
    expect(excerptOf(`/api/${key}/sensors`, end, createRedactor([key]))).toBe(masked.slice(0, end));
  }
});

test('of a text that repeats a long secret, no part is shown, although only its beginning is looked at', () => {
  const token = 'Atnr|EwICI'.repeat(200);
  for (const length of [60, 255, 2048]) {
    const { shown, isWhole } = maskedStart(token.repeat(20), length, createRedactor([token]));
    expect(shown).toMatch(/^(<redacted>)*<?r?e?d?a?c?t?e?d?>?$/);
    expect(isWhole).toBe(false);
  }
  expect(maskedStart(`x ${token}`, 255, createRedactor([token]))).toEqual({ shown: 'x <redacted>', isWhole: true });
});

test('of a secret of megabytes the beginning is masked', () => {
  const redact = createRedactor();
  redact.add('x'.repeat(8_000_000));
  expect(redact(`it is ${'x'.repeat(8192)}!`)).toBe('it is <redacted>!');
});
