import { inspect } from 'node:util';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Secrets } from '../../../lib/config/config';
import { editYaml } from '../../../lib/config/edit-yaml';
import { ConfigurationError } from '../../../lib/config/faults';
import { allSecretValues, loadSecrets, type LoadedSecrets } from '../../../lib/config/secrets';
import { scratchDirectory } from '../../support/scratch';
import { thrownBy } from '../../support/thrown';

function fileWith(text: string): string {
  const file = join(scratchDirectory(), 'secrets.yaml');
  writeFileSync(file, text);
  return file;
}

function load(text: string): LoadedSecrets {
  return loadSecrets(fileWith(text));
}

const HUE = 'hue: { username: "abcdefghij-ABCDEFGHIJ" }\n';
const AMAZON = 'amazon: { refresh_token: "Atnr|0123456789abcdef" }\n';
const EMAIL = 'email: { host: smtp.example.com, from: a@example.com, to: "b@example.com, c@example.com" }\n';

describe('before the first login', () => {
  test.each([
    ['is missing', join(scratchDirectory(), 'none.yaml')],
    ['holds only comments', fileWith('# closed\n\n')],
  ])('a file that %s has no section yet; a collector still refuses it', (_what, file) => {
    expect(loadSecrets(file, { beforeLogin: true })).toEqual({
      file,
      secrets: {},
      faults: {},
      unknown: null,
      strays: {},
    });
    expect(() => loadSecrets(file)).toThrow(ConfigurationError);
  });
});

describe('a sound file', () => {
  test('gives all sections, with the defaults of e-mail', () => {
    const { secrets, faults, unknown } = load(HUE + AMAZON + EMAIL);
    expect(secrets).toEqual({
      hue: { username: 'abcdefghij-ABCDEFGHIJ', bridges: {} },
      amazon: { refresh_token: 'Atnr|0123456789abcdef' },
      email: {
        host: 'smtp.example.com',
        port: 587,
        secure: false,
        from: 'a@example.com',
        to: 'b@example.com, c@example.com',
      },
    });
    expect(faults).toEqual({});
    expect(unknown).toBeNull();
  });

  test.each(['hue:', 'hue: {}', 'hue: { username: "" }', 'amazon:\nemail:\n'])(
    'a section that is not filled in yet is absent, not wrong: %j',
    (text) => {
      expect(load(text)).toMatchObject({ secrets: {}, faults: {}, unknown: null, strays: {} });
    },
  );

  test.each([
    ['10 characters', `hue: { username: "${'a'.repeat(10)}" }`],
    ['64 characters', `hue: { username: "${'a'.repeat(64)}" }`],
    ['20 characters', `amazon: { refresh_token: "Atnr|${'x'.repeat(15)}" }`],
    ['2,000 characters', `amazon: { refresh_token: "Atnr|${'x'.repeat(1995)}" }`],
  ])('a key of %s is long enough and not too long', (_length, text) => {
    expect(load(text).faults).toEqual({});
  });
});

describe('a fault in one section', () => {
  test.each([
    ['hue', 'hue: { username: short }', 'F:1:18: hue.username: has another form, expected 10 to 64 letters'],
    ['hue', `hue: { username: ${'a'.repeat(65)} }`, 'F:1:18: hue.username: has another form'],
    [
      'hue',
      'hue: { username: 12345678901 }',
      'F:1:18: hue.username: YAML reads it as a number or as true/false: put it in quotes, expected',
    ],
    ['hue', 'hue: { username: with_underscore }', 'F:1:18: hue.username: has another form'],
    ['hue', 'hue: nothing', 'F:1:6: hue: is a single value, expected one of the keys username, bridges below it'],
    ['hue', 'hue: { zebra: x }', 'F:1:8: hue.(a key): unknown key, expected one of the keys username'],
    ['hue', 'hue: { usernam: x }', 'F:1:8: hue.usernam: unknown key, nearest known key: username'],
    ['hue', 'hue: {}\nhue: {}', 'F:2:1: hue: is there twice (line 1), expected once'],
    [
      'amazon',
      'amazon: { refresh_token: "Atnr|short" }',
      'F:1:26: amazon.refresh_token: has another form, expected Atnr| and at least',
    ],
    ['amazon', `amazon: { refresh_token: "Atza|${'x'.repeat(50)}" }`, 'F:1:26: amazon.refresh_token: has another form'],
    ['email', 'email: { host: h, from: a@b }', 'F:1:1: email.to: is missing, expected e-mail addresses'],
    [
      'email',
      'email: { host: h, from: a@b, to: c@d, username: me }',
      'F:1:1: email.password: is missing, expected one line of text',
    ],
    [
      'email',
      'email: { host: h, from: a@b, to: c@d, port: 0 }',
      'F:1:45: email.port: is out of range, expected a whole number from 1 to 65535',
    ],
    ['email', 'email: { host: h, from: a@b, to: "c@d\\r\\nBcc: e@f" }', 'F:1:34: email.to: has another form'],
    ['email', 'email: { host: "https://h", from: a@b, to: c@d }', 'F:1:16: email.host: has another form'],
  ] as const)('%s stops only that section: %s', (section, text, message) => {
    const others = { hue: AMAZON + EMAIL, amazon: HUE + EMAIL, email: HUE + AMAZON }[section];
    const { file, secrets, faults, unknown } = load(`${text}\n${others}`);
    expect(Object.keys(faults)).toEqual([section]);
    const error = faults[section];
    expect(error?.message.replaceAll(file, 'F').slice(0, message.length)).toBe(message);
    expect(error?.type).toBe('configuration');
    expect(error?.remediation).not.toBe('');
    expect(secrets[section]).toBeUndefined();
    expect(Object.keys(secrets)).toHaveLength(2);
    expect(unknown).toBeNull();
  });

  test('a section of another name is reported and stops nothing', () => {
    const { faults, unknown } = load(`${HUE}amzon: { refresh_token: "Atnr|0123456789abcdef" }\n`);
    expect(faults).toEqual({});
    expect(unknown?.message).toMatch(/:2:1: amzon: unknown key, nearest known key: amazon$/);
  });
});

describe('no value of the file is ever quoted', () => {
  const SECRET = 'hunter2SECRET';

  test.each([
    `hue: { username: ${SECRET}! }`,
    `hue: { ${SECRET}: 1 }`,
    `hue: ${SECRET}`,
    `${SECRET}: 1`,
    `amazon: { refresh_token: [${SECRET}] }`,
    `amazon: { refresh_token: { ${SECRET}: ${SECRET} } }`,
    `email: { host: h, from: ${SECRET}, to: ${SECRET}, port: ${SECRET} }`,
    `email: { secure: ${SECRET}, password: 12345678 }`,
    `email: { ${SECRET}: 1, ${SECRET}: 2 }`,
  ])('a fault in a section: %s', (text) => {
    const { faults, unknown } = load(text);
    const errors = [...Object.values(faults), unknown];
    expect(errors.filter((error) => error !== null).length).toBeGreaterThan(0);
    for (const error of errors) expect(inspect(error, { depth: 10 })).not.toMatch(/hunter2|12345678/);
  });

  test.each([
    SECRET,
    `- ${SECRET}`,
    `hue:\n\tusername: ${SECRET}`,
    `hue:\n  username:${SECRET}\n  x: 1`,
    `hue: { username: *${SECRET} }`,
    `hue: { username: !${SECRET} x }`,
    `hue: { username: !<${SECRET} x }`,
    `hue: { username: !${SECRET}!x y }`,
    `hue: { username: &${SECRET} }\namazon: { refresh_token: *${SECRET}x }`,
    `hue: { username: "${SECRET} }`,
    `hue: { username: "\\${SECRET}" }`,
    `hue: { username: '${SECRET}\n`,
    `hue: { username: @${SECRET} }`,
    `hue: { username: ${SECRET}: x: y }`,
    `hue: |${SECRET}\n  a`,
    `%TAG !${SECRET} x\n---\nhue: {}`,
    `hue: { username: ${SECRET}\0 }`,
    `? [${SECRET}]\n: 1`,
    `hue: {}\n---\n${SECRET}: 1`,
    `{ ${SECRET}`,
  ])('a file that is not YAML: %j', (text) => {
    const error = thrownBy(ConfigurationError, () => load(text));
    expect(inspect(error, { depth: 10 })).not.toContain('hunter2');
    expect(error.stack).not.toContain('hunter2');
  });
});

test('keys of several bridges: names are checked, values never quoted, and all of them are secret', () => {
  const [house, annexe] = ['key-of-the-house-01234', 'key-of-the-annexe-0123'];
  const { secrets, faults } = load(`hue: { bridges: { house: ${house}, annexe: ${annexe}, attic: "" } }\n`);
  expect([secrets.hue, faults]).toEqual([{ username: '', bridges: { house, annexe, attic: '' } }, {}]);
  expect(allSecretValues(secrets)).toEqual(expect.arrayContaining([house, annexe]));
  expect(load('hue: { bridges: { house: "" } }\n').secrets.hue).toBeUndefined();
  for (const wrong of [`{ "The house": ${house} }`, '{ house: "s3cret key" }', 's3cret']) {
    const message = load(`hue: { bridges: ${wrong} }\n`).faults.hue?.message ?? '';
    expect(message).toMatch(/hue\.bridges.*expected/);
    expect(message).not.toMatch(/s3cret|key-of/);
  }
});

describe('what a login has to remove, so that its section can be used', () => {
  const key = 'key-of-the-house-01234';

  test.each([
    ['hue', `hue: { usrname: ${key}, bridge~s/: x }\n`, [['usrname'], ['bridge~s/']]],
    [
      'hue',
      `hue: { bridges: { house: ${key}, attic: short, "The house": ${key} } }\n`,
      [
        ['bridges', 'attic'],
        ['bridges', 'The house'],
      ],
    ],
    ['hue', 'hue: { bridges: 5 }\n', [['bridges']]],
    ['amazon', 'amazon: { token: x }\n', [['token']]],
  ] as const)('%s: %s', (section, text, keys) => {
    const file = fileWith(text);
    const { strays, faults } = loadSecrets(file);
    const wanted = keys.map((names) => ({ path: [section, ...names], value: null }));
    expect(strays[section]).toHaveLength(wanted.length);
    expect(strays[section]).toEqual(expect.arrayContaining(wanted));
    expect(faults[section]?.remediation).toMatch(/node bin\/auth-(hue|amazon)\.js$/);
    editYaml(file, strays[section] ?? []);
    expect(loadSecrets(file).faults).toEqual({});
  });

  test.each([
    'hue: []\n',
    'hue: { username: a }\nhue: { username: a }\n',
    `hue: { username: ${key}, username: ${key} }\n`,
  ])('what no login can write into is corrected by hand: %j', (text) => {
    expect(load(text).faults.hue?.remediation).toMatch(/^Fix the lines named/);
  });
});

describe('allSecretValues', () => {
  test('has every value that could be shown, the longest first, and its spelling in an address', () => {
    const { secrets } = load(
      `${HUE}${AMAZON}email: { host: smtp.example.com, username: me, password: "p w/1", from: "Me <a@example.com>", to: "b@example.com, c@example.com" }`,
    );
    const values = allSecretValues(secrets);
    for (const value of [
      'abcdefghij-ABCDEFGHIJ',
      'Atnr|0123456789abcdef',
      'Atnr%7C0123456789abcdef',
      'p w/1',
      'p%20w%2F1',
      'smtp.example.com',
      'a@example.com',
      'b@example.com',
      'c@example.com',
      'b@example.com, c@example.com',
    ]) {
      expect(values).toContain(value);
    }
    expect(values.map(({ length }) => length)).toEqual(values.map(({ length }) => length).sort((a, b) => b - a));
  });

  test('leaves out what would spoil every message: this machine, and the words of a name beside an address', () => {
    const { secrets } = load(
      'email: { host: localhost, username: pi, password: "xyz", from: My home <a@b>, to: pi@localhost }',
    );
    const whole = ['My%20home%20%3Ca%40b%3E', 'pi%40localhost', 'My home <a@b>', 'pi@localhost'];
    expect(allSecretValues(secrets)).toEqual([...whole, 'a%40b', 'xyz', 'a@b', 'pi']);
  });

  test('has the path of a webhook, and what in it is like a key, but not the words beside it', () => {
    const url = 'https://example.com/services/T0123456/say?token=a1b2c3d4e5';
    const { secrets } = load(`notify: { webhook: "${url}" }\nheartbeat: { hue: "https://me:pass@ntfy.sh/my-topic" }\n`);
    const plain = allSecretValues(secrets).filter((text) => !text.includes('%'));
    expect(plain.sort()).toEqual(
      [
        url,
        url.slice(20),
        'T0123456',
        'a1b2c3d4e5',
        'https://me:pass@ntfy.sh/my-topic',
        'my-topic',
        'me',
        'pass',
      ].sort(),
    );
  });

  test('has the texts of a section that nobody named here', () => {
    expect(allSecretValues({ other: { token: 'abcdefgh' } } as Secrets)).toEqual(['abcdefgh']);
    const nested = { hue: { bridges: { attic: 'key-of-the-attic' } } } as unknown as Secrets;
    expect(allSecretValues(nested)).toEqual(['key-of-the-attic']);
  });

  test('has nothing if nothing is secret', () => {
    expect(allSecretValues({})).toEqual([]);
  });
});
