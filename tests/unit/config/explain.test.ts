import { errorOf, faultsOf as faults } from '../../support/configuration-faults';

describe('what is wrong, what was expected, nearest known key', () => {
  test.each([
    // ranges
    ['collection: { interval_minutes: 0 }', 'F:2:33: collection.interval_minutes: is 0, expected a number above 0'],
    [
      'collection: { deadline_seconds: 0.9 }',
      'F:2:33: collection.deadline_seconds: is 0.9, expected a number from 1 to 3600',
    ],
    [
      'collection: { deadline_seconds: 3601 }',
      'F:2:33: collection.deadline_seconds: is 3601, expected a number from 1 to 3600',
    ],
    ['logging: { max_file_mb: 0.004 }', 'F:2:25: logging.max_file_mb: is 0.004, expected a number of at least 0.005'],
    ['retry: { max_attempts: 11 }', 'F:2:24: retry.max_attempts: is 11, expected a number from 0 to 10'],
    ['retry: { multiplier: .inf }', 'F:2:22: retry.multiplier: is a text, expected a number from 1 to 10'],
    ['retry: { multiplier: -.5 }', 'F:2:22: retry.multiplier: is -.5, expected a number from 1 to 10'],
    // types
    [
      'retry:',
      'F:2:1: retry: is empty, expected one of the keys max_attempts, base_delay_seconds, multiplier below it',
    ],
    [
      'retry: 3',
      'F:2:8: retry: is a single value, expected one of the keys max_attempts, base_delay_seconds, multiplier below it',
    ],
    [
      'retry: [3]',
      'F:2:8: retry: is a list, expected one of the keys max_attempts, base_delay_seconds, multiplier below it',
    ],
    ['retry: { max_attempts: }', 'F:2:10: retry.max_attempts: is empty, expected a number from 0 to 10'],
    ['retry: { max_attempts: "3" }', 'F:2:24: retry.max_attempts: is a text, expected a number from 0 to 10'],
    [
      'retry: { max_attempts: { a: 1 } }',
      'F:2:24: retry.max_attempts: is a list or has keys below it, expected a number from 0 to 10',
    ],
    ['hue: { enabled: no }', 'F:2:17: hue.enabled: is a text, expected true or false'],
    [
      'hue: { enabled: false, discovery: mdns }',
      'F:2:35: hue.discovery: is a single value, expected a list of mdns, cloud, such as ["mdns","cloud"]',
    ],
    // YAML's surprises
    [
      'hue: { enabled: false, bridge_id: 0017880102345678 }',
      'F:2:35: hue.bridge_id: YAML reads it as a number or as true/false: put it in quotes, "0017880102345678", expected 16 hex digits in quotes, such as "001788fffeaabbcc"',
    ],
    [
      'storage: { file_mode: 0600 }',
      'F:2:23: storage.file_mode: YAML reads it as a number or as true/false: put it in quotes, "0600", expected three octal digits in quotes, such as "0600" or "0664"',
    ],
    [
      'hue: { enabled: false, locations: { a: true } }',
      'F:2:40: hue.locations.a: YAML reads it as a number or as true/false: put it in quotes, "true", expected a name',
    ],
    [
      'retry:\n  max_attempts:5',
      'F:3:3: retry: is a single value (a space is missing after the colon), expected one of the keys max_attempts, base_delay_seconds, multiplier below it',
    ],
    [
      'retry:\n  max_attempts 5',
      'F:3:3: retry: is a single value (a colon is missing after the key), expected one of the keys max_attempts, base_delay_seconds, multiplier below it',
    ],
    // forms
    [
      'storage: { file_mode: "0888" }',
      'F:2:23: storage.file_mode: has another form, expected three octal digits in quotes, such as "0600" or "0664"',
    ],
    [
      'storage: { file_mode: "0400" }',
      'F:2:23: storage.file_mode: has another form, expected three octal digits in quotes, such as "0600" or "0664"',
    ],
    ['storage: { data_directory: "" }', 'F:2:28: storage.data_directory: has another form, expected a path'],
    ['storage: { data_directory: "a\\0b" }', 'F:2:28: storage.data_directory: has another form, expected a path'],
    [
      'hue: { enabled: false, bridge_id: 001788fffeaabbc }',
      'F:2:35: hue.bridge_id: has another form, expected 16 hex digits in quotes, such as "001788fffeaabbcc"',
    ],
    ['hue: { enabled: false, locations: { a: " " } }', 'F:2:40: hue.locations.a: has another form, expected a name'],
    // lists of words
    [
      'logging: { level: warn }',
      'F:2:19: logging.level: is unknown (nearest: warning), expected one of debug, info, warning, error, critical',
    ],
    ['hue: { enabled: false, tls: off }', 'F:2:29: hue.tls: is unknown, expected one of verify, insecure'],
    [
      'hue: { enabled: false, discovery: [mdns, cluod] }',
      'F:2:42: hue.discovery[1]: is unknown (nearest: cloud), expected one of mdns, cloud',
    ],
    [
      'hue: { enabled: false, discovery: [mdns, mdns] }',
      'F:2:35: hue.discovery: has the same element twice, expected a list of mdns, cloud, such as ["mdns","cloud"]',
    ],
    // unknown keys
    ['heu: { enabled: true }', 'F:2:1: heu: unknown key, nearest known key: hue'],
    ['hue: { enabled: false, bridgeUrl: x }', 'F:2:24: hue.bridgeUrl: unknown key, nearest known key: bridge_url'],
    ['level: debug', 'F:2:1: level: unknown key, nearest known key: logging.level'],
    ['retry: { level: debug }', 'F:2:10: retry.level: unknown key, nearest known key: logging.level'],
    [
      'retry: { zebra: 1 }',
      'F:2:10: retry.zebra: unknown key, expected one of the keys max_attempts, base_delay_seconds, multiplier',
    ],
    [
      '<<: { a: 1 }',
      'F:2:1: <<: unknown key, expected one of the keys collection, retry, storage, logging, alerting, hue, amazon_aqm, validation, alerts, builtin_alerts, notify, publish',
    ],
    [
      '__proto__: { a: 1 }',
      'F:2:1: __proto__: unknown key, expected one of the keys collection, retry, storage, logging, alerting, hue, amazon_aqm, validation, alerts, builtin_alerts, notify, publish',
    ],
    [
      'constructor: 1',
      'F:2:1: constructor: unknown key, expected one of the keys collection, retry, storage, logging, alerting, hue, amazon_aqm, validation, alerts, builtin_alerts, notify, publish',
    ],
    [
      'retry: { "a\\eb/c~d": 1 }',
      'F:2:10: retry.a?b/c~d: unknown key, expected one of the keys max_attempts, base_delay_seconds, multiplier',
    ],
    // twice
    [
      'retry: { max_attempts: 1, max_attempts: 2 }',
      'F:2:27: retry.max_attempts: is there twice (line 2), expected once',
    ],
  ])('%s', (text, expected) => {
    expect(faults(text)).toEqual([expected]);
  });
});

describe('several faults', () => {
  const nine = [
    'validation: { temperature_min: 99 }',
    'collection: { interval_minutes: -1, deadline_seconds: 0 }',
    'hue:',
    '  enabled: true',
    '  enabled: false',
    '  timeout_second: 3',
    'storage: { file_mode: 0600 }',
    'logging: { level: loud }',
    'colection: { a: 1 }',
    'retry: { max_attempts: 99 }',
  ].join('\n');

  test('are reported in the order of the lines, for every kind', () => {
    expect(faults(nine).map((fault) => fault.split(': ').slice(0, 2).join(' '))).toEqual([
      'F:2:32 validation.temperature_min',
      'F:3:33 collection.interval_minutes',
      'F:3:55 collection.deadline_seconds',
      'F:6:3 hue.enabled',
      'F:7:3 hue.timeout_second',
      'F:8:23 storage.file_mode',
      'F:9:19 logging.level',
      'F:10:1 colection',
      'F:11:24 retry.max_attempts',
    ]);
  });

  test('the message has the first eight, each with its file, and the number of the others', () => {
    const error = errorOf(`amazon_aqm: {}\n${nine}`);
    const lines = error.message.split('\n');
    expect(lines).toHaveLength(9);
    expect(lines.slice(0, 8).every((line) => /^\/.*config\.yaml:\d+:\d+: /.test(line))).toBe(true);
    expect(lines[8]).toBe('and 1 more');
    expect(error.faults).toHaveLength(9);
  });

  test('the error is permanent, of type configuration, and says where every key is explained', () => {
    expect(errorOf(nine)).toMatchObject({ type: 'configuration', permanent: true });
    expect(errorOf(nine).remediation).toContain('config.example.yaml');
  });

  test('twenty thousand wrong keys are reported quickly and in nine lines', () => {
    const error = errorOf(Array.from({ length: 20_000 }, (_, index) => `k${index}: 1`).join('\n'));
    expect(error.message.split('\n')).toHaveLength(9);
  });
});
