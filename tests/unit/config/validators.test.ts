import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { loadConfig } from '../../../lib/config/load';
import { ConfigurationError } from '../../../lib/config/faults';
import { loadSecrets } from '../../../lib/config/secrets';
import { installationDirectory } from '../../../lib/config/find';
import { manualFiles } from '../../../lib/packaging/manual-files';
import { scratchDirectory } from '../../support/scratch';
import { thrownBy } from '../../support/thrown';

const root = installationDirectory();
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

test.each(['config', 'secrets'])('%s.schema.json is a draft-07 schema that names the meaning of every key', (name) => {
  const schema = JSON.parse(read(`config/${name}.schema.json`)) as object;
  expect(new Ajv({ strict: false }).validateSchema(schema)).toBe(true);
  const text = JSON.stringify(schema, (key, value: unknown) => {
    if (key === 'properties') {
      for (const [property, node] of Object.entries(value as Record<string, { description?: string }>)) {
        if (node.description === undefined) throw new Error(`${property} has no description`);
      }
    }
    return value;
  });
  expect(text).toContain('http://json-schema.org/draft-07/schema#');
});

test.each(Object.entries(manualFiles()))('%s says what the schema says (else: npm run manual)', (path, content) => {
  expect(read(path)).toBe(content);
});

describe('the example files', () => {
  function copied(name: string, change: (text: string) => string = (text) => text): string {
    const directory = join(scratchDirectory(), 'config');
    mkdirSync(directory);
    const file = join(directory, `${name}.yaml`);
    writeFileSync(file, change(read(`config/${name}.example.yaml`)));
    return file;
  }

  test('begin with the line that gives an editor completion', () => {
    for (const name of ['config', 'secrets']) {
      expect(read(`config/${name}.example.yaml`)).toMatch(
        new RegExp(`^# yaml-language-server: \\$schema=\\./${name}\\.schema\\.json\n`),
      );
    }
  });

  test('config.example.yaml lacks nothing but the id of the bridge', () => {
    const { faults } = thrownBy(ConfigurationError, () => loadConfig(copied('config')));
    expect(faults.map(({ key }) => key)).toEqual(['hue.bridge_id']);
  });

  test('config.example.yaml says the defaults: with the id it loads to the same as a file without them', () => {
    const full = loadConfig(copied('config', (text) => text.replace('bridge_id: ""', 'bridge_id: "001788fffeaabbcc"')));
    const short = 'hue: { bridge_url: "https://192.168.1.10", bridge_id: 001788fffeaabbcc }\namazon_aqm: {}\n';
    const { file, storage, logging, ...rest } = loadConfig(copied('config', () => short));
    expect({ ...full, file, storage, logging }).toEqual({ file, storage, logging, ...rest });
    expect({ ...full.storage, data_directory: '' }).toEqual({ ...storage, data_directory: '' });
    expect({ ...full.logging, directory: '' }).toEqual({ ...logging, directory: '' });
  });

  test('secrets.example.yaml is sound, and nobody is logged in yet', () => {
    expect(loadSecrets(copied('secrets'))).toMatchObject({ secrets: {}, faults: {}, unknown: null });
  });

  test('its optional sections are sound as soon as they are not comments any more', () => {
    const file = copied('secrets', (text) => text.replace(/^# (email:|heartbeat:|notify:|mqtt:| {2})/gm, '$1'));
    expect(loadSecrets(file)).toMatchObject({
      faults: {},
      unknown: null,
      secrets: { email: { port: 587 }, heartbeat: { hue: expect.any(String) as string }, mqtt: { username: 'home' } },
    });
  });
});

// tests/support/global-setup.js has just made them.
test('the validators need no ajv at run time', () => {
  expect(read('lib/config/validators.generated.js')).not.toMatch(/\brequire\(|^import /m);
});
