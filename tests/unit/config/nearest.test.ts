import { nearest } from '../../../lib/config/nearest';

const KEYS = ['bridge_url', 'bridge_id', 'timeout_seconds', 'tls', 'level', 'warning', 'amazon.de', 'hue'];

test.each([
  ['bridge_urll', 'bridge_url'],
  ['brigde_id', 'bridge_id'],
  ['bridgeId', 'bridge_id'],
  ['BRIDGE-URL', 'bridge_url'],
  ['timeout_second', 'timeout_seconds'],
  ['timeout', 'timeout_seconds'],
  ['tsl', 'tls'],
  ['heu', 'hue'],
  ['warn', 'warning'],
  ['Amazon.De', 'amazon.de'],
])('%s is likely %s', (word, meant) => expect(nearest(word, KEYS)).toBe(meant));

test.each(['zebra', 'x', '', 'on', 'a'.repeat(100_000)])('a word that is similar to none gives none', (word) => {
  expect(nearest(word, KEYS)).toBeUndefined();
});
