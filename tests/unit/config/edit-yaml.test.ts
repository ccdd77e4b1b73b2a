import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { editYaml, proveEditable } from '../../../lib/config/edit-yaml';
import { asNobody, isRoot } from '../../support/as-user';
import { scratchDirectory } from '../../support/scratch';

function fileWith(text: string, mode = 0o644): string {
  const file = join(scratchDirectory(), 'config.yaml');
  writeFileSync(file, text);
  chmodSync(file, mode);
  return file;
}

const read = (file: string) => readFileSync(file, 'utf8');
const modeOf = (file: string) => (statSync(file).mode & 0o777).toString(8);

describe('editYaml', () => {
  test('changes one value and not a single other byte', () => {
    const file = fileWith(
      `# mine\n\n\nhue:\n    bridge_url:   https://192.168.1.10     # in the hall\n    tls: verify\n# end\n`,
    );
    editYaml(file, [{ path: ['hue', 'bridge_url'], value: 'https://192.168.1.77' }]);
    expect(read(file)).toBe(
      `# mine\n\n\nhue:\n    bridge_url:   "https://192.168.1.77"     # in the hall\n    tls: verify\n# end\n`,
    );
  });

  test.each([
    ['plain', 'hue: { username: old-key-0123 } # c\n', 'hue: { username: "new" } # c\n'],
    ['double quotes', 'hue:\n  username: "old" # c\n', 'hue:\n  username: "new" # c\n'],
    ['single quotes', "hue:\n  username: 'old' # c\n", 'hue:\n  username: "new" # c\n'],
    ['a block', 'hue:\n  username: >- # c\n    old\n  tls: verify\n', null],
    ['nothing after the key', 'hue:\n  username: # c\n  tls: verify\n', null],
    ['Windows line ends', 'hue:\r\n  username: old\r\n', 'hue:\r\n  username: "new"\r\n'],
  ])('replaces a value written as %s', (_how, before, after) => {
    const file = fileWith(before);
    editYaml(file, [{ path: ['hue', 'username'], value: 'new' }]);
    expect(read(file)).toMatch(/username:\s.*"new"/s);
    expect(read(file).includes('# c')).toBe(before.includes('# c'));
    if (after !== null) expect(read(file)).toBe(after);
  });

  test.each([
    ['an empty file', ''],
    ['comments only', '# one\n# two\n'],
    ['an empty section', '# one\nhue:\n# two\n'],
    ['a section without the key', '# one\nhue:\n  tls: verify # why\n# two\n'],
    ['a flow section', '# one\nhue: {} # two\n'],
  ])('adds a key to %s, keeping its comments', (_what, before) => {
    const file = fileWith(before);
    editYaml(file, [{ path: ['hue', 'bridge_id'], value: '0017880000100001' }]);
    expect(read(file)).toContain('bridge_id: "0017880000100001"');
    for (const comment of before.match(/# \w+/g) ?? []) expect(read(file)).toContain(comment);
  });

  test('creates the file and its folder, with the mode asked for', () => {
    const file = join(scratchDirectory(), 'config', 'secrets.yaml');
    const { backup } = editYaml(file, [{ path: ['hue', 'username'], value: 'key' }], { mode: 0o600 });
    expect(read(file)).toBe('hue:\n  username: "key"\n');
    expect(modeOf(file)).toBe('600');
    expect(backup).toBeNull();
  });

  test('keeps the former file, with the mode of the new one', () => {
    const file = fileWith('hue: { username: old }\n', 0o644);
    const { backup } = editYaml(file, [{ path: ['hue', 'username'], value: 'new' }], { mode: 0o600 });
    expect(backup).toBe(`${file}.backup`);
    expect(read(`${file}.backup`)).toBe('hue: { username: old }\n');
    expect([modeOf(file), modeOf(`${file}.backup`)]).toEqual(['600', '600']);
  });

  test('leaves the mode of a configuration as it is', () => {
    const file = fileWith('hue: { tls: verify }\n', 0o640);
    editYaml(file, [{ path: ['hue', 'tls'], value: 'insecure' }]);
    expect(modeOf(file)).toBe('640');
  });

  test('writes nothing if nothing changes', () => {
    const file = fileWith('hue: { username: same }\n');
    expect(editYaml(file, [{ path: ['hue', 'username'], value: 'same' }]).backup).toBeNull();
    expect(read(file)).toBe('hue: { username: same }\n');
    expect(existsSync(`${file}.backup`)).toBe(false);
  });

  test('can be undone', () => {
    const file = fileWith('hue: { username: old }\n');
    editYaml(file, [{ path: ['hue', 'username'], value: 'new' }]).undo();
    expect(read(file)).toBe('hue: { username: old }\n');
    const fresh = join(scratchDirectory(), 'secrets.yaml');
    editYaml(fresh, [{ path: ['hue', 'username'], value: 'new' }]).undo();
    expect(existsSync(fresh)).toBe(false);
  });

  test.each([
    ['is not YAML', 'hue: [1\nusername: s3cret\n'],
    ['has a key twice', 'hue: { username: s3cret }\nhue: { username: s3cret }\n'],
    ['has a value where the section belongs', 'hue: s3cret\n'],
    ['is a list', '- s3cret\n'],
    ['has a section where the value belongs', 'hue: { username: { a: s3cret } }\n'],
    ['has an alias where the value belongs', 'a: &a s3cret\nhue: { username: *a }\n'],
    ['has an alias where the section belongs', 'a: &a { b: s3cret }\nhue: *a\n'],
  ])('refuses a file that %s, without touching or quoting it', (_what, text) => {
    const file = fileWith(text);
    let message = '';
    try {
      editYaml(file, [{ path: ['hue', 'username'], value: 'new' }]);
    } catch (thrown) {
      expect(thrown).toMatchObject({ type: 'configuration' });
      message = (thrown as Error).message;
    }
    expect(message).toContain(file);
    expect(message).not.toContain('s3cret');
    expect(read(file)).toBe(text);
    expect(existsSync(`${file}.backup`)).toBe(false);
  });
});

describe('proveEditable', () => {
  test('passes for a file that is missing, and for one that is there', () => {
    proveEditable(join(scratchDirectory(), 'config', 'config.yaml'));
    proveEditable(fileWith('hue: {}\n'));
  });

  test('finds YAML that cannot be edited', () => {
    expect(() => proveEditable(fileWith('hue: [\n'))).toThrow(/not valid YAML/);
  });

  (isRoot ? test : test.skip)('finds a folder that may not be written (needs root to become another user)', () => {
    const file = fileWith('hue: {}\n');
    expect(() => asNobody(() => proveEditable(file))).toThrow(/permission denied/);
  });
});
