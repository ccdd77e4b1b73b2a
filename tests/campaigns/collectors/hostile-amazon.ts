/** What a hostile cloud can answer in the place of Amazon: to the login, the list of devices, and their states. */
import { fault, type Fault } from '../../../lib/simulator/faults';
import { LIMIT, repeated, type Hostile } from './hostile';

const LIST = '/nexus/v1/graphql';
const STATES = '/api/phoenix/state';
const TOKEN = '/auth/token';
const COOKIES = '/ap/exchangetoken/cookies';

const many = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, n) => make(n));

/** A list of monitors, as `endpoints` tells it. */
const listed = (count: number, own: (index: number) => object): Fault =>
  fault.json({
    data: {
      endpoints: {
        items: many(count, (index) => ({
          legacyAppliance: {
            ...{ entityId: `entity-${index}`, friendlyName: 'Hall', applianceTypes: ['AIR_QUALITY_MONITOR'] },
            friendlyDescription: 'Amazon Indoor Air Quality Monitor',
            ...own(index),
          },
        })),
      },
    },
  });

const stateOf = (entityId: string, capabilityStates: unknown) => ({
  entity: { entityId, entityType: 'ENTITY' },
  capabilityStates,
});
const states = (elements: unknown) => (entityId: string) =>
  fault.json({ deviceStates: [stateOf(entityId, elements)], errors: [] });
const range = (instance: unknown, value: unknown) =>
  JSON.stringify({ namespace: 'Alexa.RangeController', name: 'rangeValue', instance, value });

const cookies = (count: number, length: number): Fault => {
  const list = many(count, (index) => ({ Name: `at-${index}`, Value: `${index}${'x'.repeat(length)}` }));
  return fault.json({ response: { tokens: { cookies: { '.amazon.com': list } } } });
};

type Row = [name: string, faults: [path: string, answer: Fault | ((entityId: string) => Fault)][], ends: string];

const ROWS: readonly Row[] = [
  ['a token of 7.9 MB', [[TOKEN, fault.json({ access_token: 'x'.repeat(LIMIT) })]], '0'],
  ['60,000 cookies', [[COOKIES, cookies(60_000, 40)]], '1 session_rejected'],
  ['a cookie of 7.9 MB', [[COOKIES, cookies(1, LIMIT)]], '4 login_needed'],
  [
    'a list of 2.6 million empty lists',
    [[LIST, repeated('{"data":{"endpoints":{"items":[', '[],', '[]]}}}')]],
    '1 invalid_response',
  ],
  ['90,000 empty devices', [[LIST, listed(90_000, () => ({}))]], '1 invalid_response'],
  ['16,000 monitors', [[LIST, listed(16_000, () => ({}))]], '1 no_monitor'],
  ['1,000 names of 7 KB', [[LIST, listed(1000, () => ({ friendlyName: 'x'.repeat(7000) }))]], '1 no_monitor'],
  ['1,000 ids of 7 KB', [[LIST, listed(1000, (n) => ({ entityId: `${n}${'x'.repeat(7000)}` }))]], '1 no_readings'],
  [
    'a capability in 60,000 instances',
    [
      [
        LIST,
        listed(1, () => ({
          capabilities: JSON.stringify(many(60_000, (n) => ({ interfaceName: 'Alexa.RangeController', instance: n }))),
        })),
      ],
    ],
    '1 no_monitor',
  ],
  ['an error of 7.9 MB', [[LIST, fault.json({ errors: [{ message: 'x'.repeat(LIMIT) }] })]], '1 invalid_response'],
  ['90,000 broken values', [[STATES, states(many(90_000, () => '{'))]], '1 no_readings'],
  ['60,000 unknown values', [[STATES, states(many(60_000, (n) => range(n, n)))]], '0'],
  ['a value of 7.9 MB', [[STATES, states([range('4', 'x'.repeat(LIMIT))])]], '1 no_readings'],
  [
    '900 monitors, and 30,000 states of others',
    [
      [LIST, listed(900, () => ({}))],
      [STATES, fault.json({ deviceStates: many(30_000, (n) => stateOf(`other-${n}`, [])), errors: [] })],
    ],
    '1 invalid_response',
  ],
  ['lists in the place of objects', [[STATES, fault.json({ deviceStates: [[]], errors: {} })]], '1 invalid_response'],
  [
    'fields called `__proto__` and `constructor`',
    [
      [
        STATES,
        fault.body(
          '{"__proto__":{"deviceStates":[]},"constructor":[],"deviceStates":{"__proto__":[]},"errors":[{"__proto__":1}]}',
        ),
      ],
    ],
    '0',
  ],
  ...[
    ['a bomb of 1 GB in gzip', fault.gzipBomb(1_000_000_000), '1 invalid_response'] as const,
    ['a body without end', fault.endlessBody(), '1 invalid_response'] as const,
    ['a byte now and then', fault.drip(100), '1 timeout'] as const,
  ].flatMap(([name, answer, ends]) =>
    [TOKEN, LIST, STATES].map((path): Row => [`${name} (${path})`, [[path, answer]], ends]),
  ),
];

export const AMAZON: readonly Hostile[] = ROWS.map(([name, faults, ends]) => ({
  name: `Amazon: ${name}`,
  command: 'collect-aqm',
  arrange: ({ cloud }) => {
    cloud.state.monitors.splice(1);
    for (const [path, answer] of faults)
      cloud.faults.always(path, typeof answer === 'function' ? answer(cloud.monitor(1).entityId) : answer);
    return Promise.resolve(null);
  },
  ends,
}));
