/** The optional sections about the home: each wrong value of each key is told with its line, and what was expected. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfig } from '../../../lib/config/load';
import { faultsOf } from '../../support/configuration-faults';
import { scratchDirectory } from '../../support/scratch';

const TEXT = 'YAML reads it as a number or as true/false: put it in quotes, "5", expected';
const URL_FORM = 'expected mqtts://host:port or mqtt://host:port';

/** Of a rule that is right besides. */
const rule = (part: string) => `alerts:\n- { quantity: humidity, above: 65, ${part} }`;
const mqtt = (part: string) => `publish:\n  mqtt: { url: "mqtt://h", ${part} }`;

test.each([
  ['alerts: 3', 'F:2:9: alerts: is a single value, expected a list of entries, such as [{"name":"damp",'],
  ['alerts: [3]', 'F:2:10: alerts[0]: is a single value, expected one of the keys name, quantity,'],
  ['alerts:\n- { above: 1 }', 'F:3:3: alerts[0].quantity: is missing, expected a text'],
  ['alerts:\n- { quantity: 5, above: 1 }', `F:3:15: alerts[0].quantity: ${TEXT} a text`],
  [
    'alerts:\n- { quantity: humidty, above: 1 }',
    'F:3:15: alerts[0].quantity: is unknown, expected one of temperature, humidity, pm25, pm10, voc, co, iaq, light, battery, nearest known quantity: humidity',
  ],
  ['alerts:\n- { quantity: co }', 'F:3:3: alerts[0]: has no limit, expected above or below'],
  ['alerts:\n- { quantity: co, above: "9" }', 'F:3:26: alerts[0].above: is a text, expected a number'],
  ['alerts:\n- { quantity: co, below: high }', 'F:3:26: alerts[0].below: is a text, expected a number'],
  [rule('below: 70'), 'F:3:32: alerts[0].above: is not above below (70), so that every value is told, expected more'],
  [rule('name: ""'), 'F:3:42: alerts[0].name: has another form, expected a line of at most 80 characters'],
  [rule('location: " "'), 'F:3:46: alerts[0].location: has another form, expected a name'],
  [rule('location: 5'), `F:3:46: alerts[0].location: ${TEXT} a name`],
  [rule('device: ""'), 'F:3:44: alerts[0].device: has another form, expected an id'],
  [rule('location: Hall, device: hue:1'), 'F:3:60: alerts[0].device: is beside location, expected one of the two'],
  [rule('for_minutes: 10m'), 'F:3:49: alerts[0].for_minutes: is a text, expected a number of at least 0'],
  [rule('hysteresis: -1'), 'F:3:48: alerts[0].hysteresis: is -1, expected a number of at least 0'],
  [rule('histeresis: 1'), 'F:3:36: alerts[0].histeresis: unknown key, nearest known key: hysteresis'],
  ['builtin_alerts:', 'F:2:1: builtin_alerts: is empty, expected one of the keys battery_below, silent_hours below it'],
  [
    'builtin_alerts:\n  battery_below: 101',
    'F:3:18: builtin_alerts.battery_below: is 101, expected a number from 0 to 100',
  ],
  [
    'builtin_alerts:\n  silent_hours: -1',
    'F:3:17: builtin_alerts.silent_hours: is -1, expected a number of at least 0',
  ],
  ['notify:\n  command: /bin/x', 'F:3:12: notify.command: is a single value, expected a list of values, such as ["'],
  ['notify:\n  command: []', 'F:3:12: notify.command: is an empty list, expected a list of values, such as ["'],
  ['notify:\n  command: [x, 5]', `F:3:16: notify.command[1]: ${TEXT} a text`],
  ['notify:\n  format: xml', 'F:3:11: notify.format: is unknown, expected one of json, text'],
  ['publish:\n  mqtt: {}', `F:3:3: publish.mqtt.url: is missing, ${URL_FORM}, without user and password`],
  ...['h', 'ws://h', 'mqtt://me:pass@h', 'mqtt://h/path', 'mqtt://h?x', 'mqtt://h h'].map((url) => [
    `publish:\n  mqtt: { url: "${url}" }`,
    `F:3:16: publish.mqtt.url: has another form, ${URL_FORM}, without user and password`,
  ]),
  ...['mqtt://h:99999', 'mqtt://h:0', 'mqtt://h:port', 'mqtt://[::1'].map((url) => [
    `publish:\n  mqtt: { url: "${url}" }`,
    `F:3:16: publish.mqtt.url: has no valid host or port, ${URL_FORM}`,
  ]),
  [mqtt('topic_prefix: a/#'), 'F:3:42: publish.mqtt.topic_prefix: has another form, expected a topic without spaces'],
  [mqtt('discovery_prefix: ""'), 'F:3:46: publish.mqtt.discovery_prefix: has another form, expected a topic without'],
  [mqtt('ca_file: 5'), `F:3:37: publish.mqtt.ca_file: ${TEXT} a text`],
  [mqtt('username: x'), 'F:3:28: publish.mqtt.username: unknown key, expected one of the keys url, topic_prefix,'],
  ['hue: { enabled: false, offsets: { a: 11 } }', 'F:2:38: hue.offsets.a: is 11, expected a number from -10 to 10'],
])('%s', (text = '', expected = '') => {
  const found = faultsOf(text);
  expect(found).toHaveLength(1);
  expect(found[0]?.slice(0, expected.length)).toBe(expected);
});

test('a command that is a relative path begins at the base directory, a mere name is left to PATH', () => {
  const file = join(scratchDirectory(), 'config.yaml');
  const commandOf = (program: string) => {
    writeFileSync(file, `amazon_aqm: {}\nnotify: { command: [${program}, ./x] }`);
    return loadConfig(file).notify?.command;
  };
  expect(commandOf('bin/tell')).toEqual([join(file, '../bin/tell'), './x']);
  expect(commandOf('tell')).toEqual(['tell', './x']);
});
