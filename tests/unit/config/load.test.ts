import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Config } from '../../../lib/config/config';
import { ConfigurationError } from '../../../lib/config/faults';
import { loadConfig, type LoadOptions } from '../../../lib/config/load';
import { MARKETPLACES } from '../../../lib/config/marketplaces';
import schema from '../../../config/config.schema.json';
import { scratchDirectory } from '../../support/scratch';
import { thrownBy } from '../../support/thrown';

function load(text: string, { at = 'config.yaml', ...options }: LoadOptions & { at?: string } = {}): Config {
  const file = join(scratchDirectory(), at);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return loadConfig(file, options);
}

function messages(text: string, options: LoadOptions = {}): string[] {
  const error = thrownBy(ConfigurationError, () => load(text, options));
  return error.faults.map(({ line, column, key, message }) => `${line}:${column}: ${key}: ${message}`);
}

const AMAZON = 'amazon_aqm: {}\n';

describe('a valid file', () => {
  test('has every key of the contract by default', () => {
    const { file, storage, logging, ...rest } = load('hue: { bridge_url: "http://bridge" }\namazon_aqm: {}\n');
    const folder = dirname(file);
    expect(storage).toEqual({
      data_directory: join(folder, 'data'),
      busy_timeout_ms: 5000,
      wal_autocheckpoint_pages: 1000,
      file_mode: 0o600,
      spool_max_mb: 50,
      retention_days: 0,
      require_mount: false,
    });
    expect(logging).toEqual({
      directory: join(folder, 'logs'),
      level: 'info',
      max_file_mb: 10,
      max_backups: 5,
      max_total_mb: 60,
      min_free_mb: 100,
    });
    expect(rest).toEqual({
      collection: { interval_minutes: 5, deadline_seconds: 120, max_devices: 500 },
      retry: { max_attempts: 3, base_delay_seconds: 1, multiplier: 2 },
      alerting: { after_failures: 2 },
      hue: {
        bridges: [],
        enabled: true,
        bridge_url: 'http://bridge',
        bridge_id: '',
        tls: 'verify',
        ca_file: '',
        certificate_sha256: '',
        timeout_seconds: 10,
        endpoint: 'sensors',
        discovery: ['mdns', 'cloud'],
        discovery_url: 'https://discovery.meethue.com/',
        locations: {},
        offsets: {},
      },
      amazon_aqm: {
        enabled: true,
        marketplace: 'amazon.com',
        timeout_seconds: 30,
        base_urls: {},
        locations: {},
        offsets: {},
      },
      validation: { temperature_min: 0, temperature_max: 40 },
    });
  });

  test('loaded twice gives new defaults each time', () => {
    const first = load('hue: { bridge_url: "http://bridge" }');
    first.hue?.discovery.pop();
    expect(load('hue: { bridge_url: "http://bridge" }').hue?.discovery).toEqual(['mdns', 'cloud']);
  });

  test('an absent source is null, a disabled one is there', () => {
    const config = load('amazon_aqm: {}\nhue: { enabled: false }\n');
    expect(config.hue?.enabled).toBe(false);
    expect(load(AMAZON).hue).toBeNull();
  });

  test('relative paths start at the parent of a folder named config, else at the folder of the file', () => {
    const text = `${AMAZON}storage: { data_directory: ./d }\nlogging: { directory: ../l }\nhue: { enabled: false, ca_file: ca.pem }`;
    const inConfig = load(text, { at: 'home/config/monitor.yaml' });
    const home = dirname(dirname(inConfig.file));
    expect(inConfig.storage.data_directory).toBe(join(home, 'd'));
    expect(inConfig.logging.directory).toBe(join(dirname(home), 'l'));
    expect(inConfig.hue?.ca_file).toBe(join(home, 'ca.pem'));
    const elsewhere = load(text, { at: 'configuration/monitor.yaml' });
    expect(elsewhere.storage.data_directory).toBe(join(dirname(elsewhere.file), 'd'));
  });

  test('absolute paths stay as they are', () => {
    expect(load(`${AMAZON}storage: { data_directory: /var/lib/monitor }`).storage.data_directory).toBe(
      '/var/lib/monitor',
    );
  });

  test('ids and addresses are brought to one form', () => {
    const fingerprint = Array.from({ length: 32 }, () => 'AB').join(':');
    const { hue, amazon_aqm } = load(
      `hue:\n  bridge_url: https://bridge.local:8443/\n  bridge_id: "00:17:88:FF:FE:AA:BB:CC"\n  certificate_sha256: "${fingerprint}"\n` +
        'amazon_aqm: { base_urls: { alexa: "http://127.0.0.1:8080/" } }',
    );
    expect(hue).toMatchObject({
      bridge_url: 'https://bridge.local:8443',
      bridge_id: '001788fffeaabbcc',
      certificate_sha256: 'ab'.repeat(32),
    });
    expect(amazon_aqm?.base_urls).toEqual({ alexa: 'http://127.0.0.1:8080' });
  });

  test.each(MARKETPLACES)('%s is accepted, also as people write it', (name) => {
    for (const written of [name, `https://www.${name}/`, `" ${name.toUpperCase()} "`, `www.${name}`]) {
      expect(load(`amazon_aqm: { marketplace: ${written} }`).amazon_aqm?.marketplace).toBe(name);
    }
  });

  test('another marketplace is refused with the nearest name', () => {
    expect(messages('amazon_aqm: { marketplace: "https://www.amazon.ed" }')).toMatchObject([
      expect.stringContaining('(nearest: amazon.de)'),
    ]);
    const marketplaces = schema.properties.amazon_aqm.properties.marketplace.enum;
    expect(marketplaces).toEqual(MARKETPLACES);
  });

  test('an unquoted id with letters is a text', () => {
    const { hue } = load('hue: { bridge_url: "https://b", bridge_id: 001788fffeaabbcc }');
    expect(hue?.bridge_id).toBe('001788fffeaabbcc');
  });

  test('numbers may be fractional; what is counted in whole things is rounded down', () => {
    const config = load(
      `${AMAZON}collection: { interval_minutes: 0.05 }\nlogging: { max_file_mb: 0.005, max_backups: 2.9 }\n` +
        'storage: { busy_timeout_ms: 100.7, wal_autocheckpoint_pages: 1.5 }\nretry: { max_attempts: 1.9, base_delay_seconds: .5 }',
    );
    expect(config.collection.interval_minutes).toBe(0.05);
    expect(config.logging).toMatchObject({ max_file_mb: 0.005, max_backups: 2 });
    expect(config.storage).toMatchObject({ busy_timeout_ms: 100, wal_autocheckpoint_pages: 1 });
    expect(config.retry).toMatchObject({ max_attempts: 1, base_delay_seconds: 0.5 });
  });

  test.each([
    ['0664', 0o664],
    ['600', 0o600],
  ])('file_mode "%s" is octal', (text, mode) => {
    expect(load(`${AMAZON}storage: { file_mode: "${text}" }`).storage.file_mode).toBe(mode);
  });

  test('the edges of every range are inside', () => {
    const edges = (lowest: boolean): string =>
      `collection: { deadline_seconds: ${lowest ? 1 : 3600} }\n` +
      `retry: { max_attempts: ${lowest ? 0 : 10}, base_delay_seconds: ${lowest ? 0 : 60}, multiplier: ${lowest ? 1 : 10} }\n` +
      `storage: { busy_timeout_ms: ${lowest ? 0 : 120000}, wal_autocheckpoint_pages: ${lowest ? 1 : 100000}, spool_max_mb: 0 }\n` +
      `logging: { max_backups: ${lowest ? 0 : 100}, min_free_mb: 0 }\n` +
      `amazon_aqm: { timeout_seconds: ${lowest ? 0.1 : 300} }\n`;
    expect(() => load(edges(true))).not.toThrow();
    expect(() => load(edges(false))).not.toThrow();
  });

  test('a device with the name of a property of every object gets no location by that', () => {
    const { hue } = load('hue: { bridge_url: "http://b", locations: { __proto__: Cellar } }');
    expect(hue?.locations['constructor']).toBeUndefined();
    expect(Object.entries(hue?.locations ?? {})).toEqual([['__proto__', 'Cellar']]);
  });

  test('a byte order mark and Windows line ends do no harm, and places are still right', () => {
    expect(load('\uFEFFamazon_aqm:\r\n  enabled: true\r\n').amazon_aqm?.enabled).toBe(true);
    expect(messages('\uFEFFamazon_aqm:\r\n  enabled: 1\r\n')[0]).toMatch(/^2:12: amazon_aqm\.enabled: /);
  });
});

describe('rules between keys', () => {
  test.each([
    ['hue: { enabled: false }\n', '1:1: : enables no source'],
    ['logging: {}\n', '1:1: : enables no source'],
    ['hue: {}', '1:1: hue.bridge_url: is missing'],
    ['hue: { bridge_url: "" }', '1:20: hue.bridge_url: is missing'],
    ['hue: { bridge_url: "https://b" }', '1:1: hue.bridge_id: is missing'],
    [
      `${AMAZON}validation: { temperature_min: 40 }`,
      '2:32: validation.temperature_min: is not below temperature_max (40)',
    ],
    [
      `${AMAZON}validation: { temperature_max: -5 }`,
      '2:1: validation.temperature_min: is not below temperature_max (-5)',
    ],
    [`${AMAZON}storage: { data_directory: ~/data }`, '2:28: storage.data_directory: begins with ~'],
    [
      `${AMAZON}logging: { directory: /a/node_modules/b }`,
      '2:23: logging.directory: is /a/node_modules/b, which the next',
    ],
    ['amazon_aqm: { base_urls: { alexa: "http://10.0.0.1" } }', '1:35: amazon_aqm.base_urls.alexa: is not encrypted'],
    [`${AMAZON}hue: { enabled: false, discovery_url: "http://x.org" }`, '2:39: hue.discovery_url: is not encrypted'],
    [`${AMAZON}hue: { enabled: false, bridge_url: "nonsense" }`, '2:36: hue.bridge_url: does not begin with https://'],
  ])('%j', (text, expected) => {
    const found = messages(text);
    expect(found).toHaveLength(1);
    expect(found[0]?.startsWith(expected)).toBe(true);
  });

  test.each([
    'hue: { bridge_url: "https://b", tls: insecure }',
    `hue: { bridge_url: "https://b", certificate_sha256: "${'a'.repeat(64)}" }`,
    'hue: { bridge_url: "http://b" }',
    `${AMAZON}hue: { enabled: false, bridge_url: "https://b" }`,
  ])('no bridge_id is needed for %j', (text) => {
    expect(() => load(text)).not.toThrow();
  });

  test.each(['hue: {}', 'hue: { bridge_url: "https://b" }', 'logging: {}'])('%j will do before pairing', (text) => {
    expect(load(text, { beforePairing: true }).logging.level).toBe('info');
  });

  test('before pairing everything else is still checked', () => {
    expect(messages('hue: { tls: maybe }', { beforePairing: true })).toHaveLength(1);
  });

  test('data inside node_modules is refused also if only the file itself lies there', () => {
    const file = join(scratchDirectory(), 'node_modules', 'x', 'config', 'config.yaml');
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, AMAZON);
    const { faults } = thrownBy(ConfigurationError, () => loadConfig(file));
    expect(faults.map(({ key }) => key)).toEqual(['storage.data_directory', 'logging.directory']);
  });

  test('a rule is not asked about a value the schema refuses', () => {
    expect(messages('hue: { bridge_url: 5, tls: maybe }')).toEqual([
      '1:20: hue.bridge_url: YAML reads it as a number or as true/false: put it in quotes, "5", expected a text',
      '1:28: hue.tls: is unknown, expected one of verify, insecure',
    ]);
  });
});

describe('several bridges', () => {
  const LIST = `hue:
  bridges:
    - name: house
      bridge_url: https://192.168.1.10/
      bridge_id: "00:17:88:FF:FE:AA:BB:CC"
    - name: annexe
      bridge_url: http://192.168.1.11
      ca_file: ca.pem
`;

  test('have the defaults and forms of a single one', () => {
    const { hue } = load(LIST);
    expect(hue).toMatchObject({ bridge_url: '', timeout_seconds: 10 });
    expect(hue?.bridges).toEqual([
      {
        ...{ name: 'house', bridge_url: 'https://192.168.1.10', bridge_id: '001788fffeaabbcc' },
        ...{ tls: 'verify', ca_file: '', certificate_sha256: '' },
      },
      {
        ...{ name: 'annexe', bridge_url: 'http://192.168.1.11', bridge_id: '' },
        ...{ tls: 'verify', ca_file: expect.stringMatching(/^\/.*ca\.pem$/) as string, certificate_sha256: '' },
      },
    ]);
  });

  test.each([
    [
      'beside the keys of a single one',
      LIST.replace('hue:', 'hue:\n  bridge_url: https://192.168.1.9'),
      /^2:\d+: hue\.bridge_url: is beside hue\.bridges/,
    ],
    [
      'one name twice',
      LIST.replace('annexe', 'house'),
      /^6:\d+: hue\.bridges\[1\]\.name: is that of a bridge before it/,
    ],
    [
      'one id twice',
      `${LIST}      bridge_id: 001788fffeaabbcc\n`,
      /hue\.bridges\[1\]\.bridge_id: is that of a bridge before it/,
    ],
    ['no address', LIST.replace(/ {6}bridge_url: http:.*\n/, ''), /hue\.bridges\[1\]\.bridge_url: is missing/],
    [
      'an address that is none',
      LIST.replace('http://192.168.1.11', 'http://192.168.1'),
      /hue\.bridges\[1\]\.bridge_url: has no valid host/,
    ],
    ['no id over https', LIST.replace('http:', 'https:'), /hue\.bridges\[1\]\.bridge_id: is missing/],
    [
      'a name with a space',
      LIST.replace('annexe', 'the annexe'),
      /hue\.bridges\[1\]\.name: has another form, expected 1 to 32 of/,
    ],
    ['no name', LIST.replace('name: annexe', 'tls: verify'), /hue\.bridges\[1\]\.name: is missing/],
    ['an unknown key', `${LIST}      adress: x\n`, /hue\.bridges\[1\]\.adress: unknown key/],
    [
      'something else than a list',
      'hue: { bridge_url: "http://b", bridges: house }',
      /hue\.bridges: .*expected a list of entries/,
    ],
  ])('%s: refused, with its place', (_what, text, message) => {
    expect(messages(text)).toEqual([expect.stringMatching(message)]);
  });
});
