import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigurationError } from '../../../lib/config/faults';
import { loadConfig } from '../../../lib/config/load';
import { loadSecrets } from '../../../lib/config/secrets';
import { asNobody, isRoot } from '../../support/as-user';
import { scratchDirectory } from '../../support/scratch';
import { thrownBy } from '../../support/thrown';

const asRoot = isRoot ? test : test.skip;
const LOADERS = [
  ['config.yaml', loadConfig],
  ['secrets.yaml', loadSecrets],
] as const;

/** Ten lines that would unfold to 10^9 elements. */
const BOMB = [
  'a: &a [x,x,x,x,x,x,x,x,x,x]',
  ...'bcdefghi'.split('').map((name, index) => {
    const before = `*${'abcdefgh'[index] ?? ''}`;
    return `${name}: &${name} [${Array.from({ length: 10 }, () => before).join(',')}]`;
  }),
].join('\n');

const TEXTS: [what: string, content: string | Buffer, message: string][] = [
  ['empty', '', 'F: is empty, expected keys with values'],
  ['only comments', '# nothing\n\n# here\n', 'F: is empty, expected keys with values'],
  ['only a document mark', '---\n', 'F: holds no settings, expected keys with values'],
  ['a list', '- hue\n- amazon_aqm\n', 'F: is a list, expected keys with values'],
  ['a word', 'hue\n', 'F: is a single value, expected keys with values'],
  ['a number', '5', 'F: is a single value, expected keys with values'],
  ['two documents', 'hue: {}\n---\nhue: {}\n', 'F: holds more than one document (---), expected one'],
  [
    'Latin-1',
    Buffer.from('hue:\n  tls: "\xE9"\n', 'latin1'),
    'F:2:9: holds a byte that is not UTF-8, expected text in UTF-8',
  ],
  ['UTF-16 with a mark', Buffer.from('\uFEFFhue: {}', 'utf16le'), 'F: is written in UTF-16, expected UTF-8'],
  [
    'UTF-16 without a mark',
    Buffer.from('hue: {}', 'utf16le'),
    'F:1:2: holds a NUL byte, expected text in UTF-8 (not UTF-16)',
  ],
  ['a NUL byte', 'hue:\n  tls: \0\n', 'F:2:8: holds a NUL byte, expected text in UTF-8 (not UTF-16)'],
  ['a control character', 'hue: \x07\n', 'F:1:6: holds a control character, expected text'],
  [
    'random bytes',
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0xff, 0xfe, 0, 0]),
    'F:1:1: holds a byte that is not UTF-8, expected text in UTF-8',
  ],
  ['a tab', 'hue:\n\ttls: verify\n', 'F:2:1: is indented by a tab, expected spaces'],
  ['a tab behind spaces', 'hue:\n  tls: verify\n  \tenabled: true\n', 'F:3:3: is indented by a tab, expected spaces'],
  ['a tab on the first line', '\thue: {}\n', 'F:1:1: is indented by a tab, expected spaces'],
  ['a missing space', 'hue:\n  tls:verify\n  enabled: true\n', 'F:2:7: a space is missing after the colon'],
  [
    'a missing space in the last line',
    'hue:\n  enabled: true\n  tls:verify\n',
    'F:3:7: a space is missing after the colon',
  ],
  [
    'missing spaces in lines that follow each other',
    'retry:\n  max_attempts:5\n  multiplier:2\n  base_delay_seconds: 1\n',
    'F:2:16: a space is missing',
  ],
  [
    'a missing colon',
    'hue:\n  # why\n  tls verify\n\n  # how\n  enabled: true\n',
    'F:3:6: a colon is missing after the key',
  ],
  [
    'a missing colon in the last line',
    'hue:\n  enabled: true\n  tls verify\n',
    'F:3:6: a colon is missing after the key',
  ],
  ['a section without its colon', 'hue\n  enabled: true\n', 'F:1:4: a colon is missing after the key'],
  [
    'a line that is indented too deep',
    'hue:\n  enabled: true\n\n   tls: verify\n',
    'F:4:4: is indented by 3 spaces, deeper than line 2, which has a value',
  ],
  [
    'a line that is indented too little',
    'hue:\n    enabled: true\n  tls: verify\n',
    'F:3:3: is indented by 2 spaces, as no line above it',
  ],
  ['an address that needs quotes', 'hue:\n  bridge_url: http: //x\n', 'F:2:'],
  [
    'a quote never closed',
    'hue:\n  tls: "verify\n',
    'F:3:1: wrong indentation, or a quote or bracket is opened before this and not closed',
  ],
  [
    'a bracket never closed',
    'hue: { tls: verify\n',
    'F:2:1: wrong indentation, or a quote or bracket is opened before this and not closed',
  ],
  ['a wrong indentation', 'hue:\n    tls: verify\n  enabled: true\n', 'F:3:'],
  ['an alias bomb', BOMB, 'F:2:9: an alias (*name) is not supported'],
  ['an anchor that refers to itself', 'a: &a [*a]', 'F:1:9: an alias (*name) is not supported'],
  ['a text that begins with *', 'hue: { username: *secret }', 'F:1:19: an alias (*name) is not supported'],
  ['a tag', 'hue: !!js/function "x"', 'F:1:6: a tag (!name) is not supported'],
  ['a list for a key', '? [a]\n: b\n', 'F:1:1: a list or a mapping cannot be a key, expected a name'],
  ['10,000 brackets', '['.repeat(10_000), 'F:1:20: is nested too deeply'],
  ['10,000 levels', Array.from({ length: 1_000 }, (_, level) => `${' '.repeat(level)}a:`).join('\n'), 'F:'],
  ['more than 1 MB', `# ${'x'.repeat(10_000_000)}\nhue: {}\n`, 'F: has 10000011 bytes, expected at most 1000000'],
];

describe.each(LOADERS)('%s', (name, load) => {
  function errorOf(path: string): ConfigurationError {
    return thrownBy(ConfigurationError, () => load(path));
  }

  test.each(TEXTS)('that is %s is one fault', (_what, content, message) => {
    const file = join(scratchDirectory(), name);
    writeFileSync(file, content);
    const error = errorOf(file);
    expect(error.message.replaceAll(file, 'F').slice(0, message.length)).toBe(message);
    expect(error.faults).toHaveLength(1);
    expect(error.message.length).toBeLessThan(file.length + 200);
    expect(error).toMatchObject({ type: 'configuration', permanent: true });
    expect(error.remediation).not.toBe('');
  });

  test('that is missing comes with the commands that make one', () => {
    const file = join(scratchDirectory(), 'absent', name);
    const error = errorOf(file);
    expect(error.message).toMatch(/: this (configuration|secrets) file does not exist$/);
    expect(error.remediation).toMatch(/mkdir -p '.*absent' && (cp|install -m 600) '.*example\.yaml' '.*' && sed /);
  });

  test('that is a directory, or lies below a file, is reported as that', () => {
    const directory = scratchDirectory();
    mkdirSync(join(directory, name));
    expect(errorOf(join(directory, name)).message).toContain('is a directory, expected a file');
    writeFileSync(join(directory, 'file'), '');
    expect(errorOf(join(directory, 'file', name)).message).toContain('a part of its path is a file');
  });

  test('that is a circle of links is reported as that', () => {
    const file = join(scratchDirectory(), name);
    symlinkSync(name, file);
    expect(errorOf(file).message).toContain('too many symbolic links (ELOOP)');
  });

  asRoot('(as root) that may not be read is reported, with a command to look at it', () => {
    const file = join(scratchDirectory(), name);
    writeFileSync(file, 'hue: {}');
    chmodSync(file, 0o600);
    const error = asNobody(() => errorOf(file));
    expect(error.message).toBe(`${file}: cannot be read: permission denied (EACCES)`);
    expect(error.remediation).toContain(`namei -l '${file}'`);
  });
});
