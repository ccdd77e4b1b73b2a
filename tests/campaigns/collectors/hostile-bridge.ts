/** What a hostile bridge can answer. */
import { fault, type Fault } from '../../../lib/simulator/faults';
import { LIMIT, repeated, type Hostile } from './hostile';

const temperature = (index: number, name: string, uniqueid = `00:17:88:01:${index}-02-0402`) => ({
  ...{ name, uniqueid, type: 'ZLLTemperature', modelid: 'SML001', manufacturername: 'x', swversion: '1' },
  state: { temperature: 2000, lastupdated: '2026-01-01T00:00:00' },
  config: { on: true, reachable: true, battery: 100 },
});

function sensors(count: number, make: (index: number) => unknown): Fault {
  return fault.json(Object.fromEntries(Array.from({ length: count }, (_, index) => [String(index + 1), make(index)])));
}

const ANSWERS: readonly { name: string; answer: () => Fault; ends: string }[] = [
  { name: 'a list of 2.6 million empty lists', answer: () => repeated('[', '[],', '[]]'), ends: '1 invalid_response' },
  { name: '7.9 million levels of lists', answer: () => fault.body('['.repeat(LIMIT)), ends: '1 invalid_response' },
  {
    name: '4 million levels of lists, closed',
    answer: () => fault.body('['.repeat(LIMIT / 2) + ']'.repeat(LIMIT / 2)),
    ends: '1 invalid_response',
  },
  { name: '600,000 empty sensors', answer: () => sensors(600_000, () => ({})), ends: '1 invalid_response' },
  { name: '99,000 empty sensors', answer: () => sensors(99_000, () => ({})), ends: '1 no_readings' },
  {
    name: 'one name of 7.9 MB',
    answer: () => sensors(1, (index) => temperature(index, 'x'.repeat(LIMIT))),
    ends: '0',
  },
  {
    name: '1,000 names of 7 KB',
    answer: () => sensors(1000, (index) => temperature(index, 'x'.repeat(7000))),
    ends: '3 too_many_devices',
  },
  {
    name: '26,000 sensors',
    answer: () => sensors(26_000, (index) => temperature(index, 'Hall')),
    ends: '1 invalid_response',
  },
  {
    name: '19,000 sensors',
    answer: () => sensors(19_000, (index) => temperature(index, 'Hall')),
    ends: '3 too_many_devices',
  },
  {
    name: '1,000 ids of 7 KB',
    answer: () => sensors(1000, (index) => temperature(index, 'Hall', `${index}${'x'.repeat(7000)}-02-0402`)),
    ends: '1 no_readings',
  },
  {
    name: 'lists in the place of objects',
    answer: () => sensors(3, (index) => ({ ...temperature(index, 'x'), state: [], config: [] })),
    ends: '1 no_readings',
  },
  {
    name: 'fields called `__proto__` and `constructor`',
    answer: () =>
      fault.body(
        `{"__proto__":{"type":"ZLLTemperature"},"constructor":${JSON.stringify(temperature(1, 'Hall', '__proto__'))},"toString":[]}`,
      ),
    ends: '3',
  },
  {
    name: 'objects in the place of texts',
    answer: () => sensors(3, () => ({ type: {}, name: [], uniqueid: 5 })),
    ends: '1 no_readings',
  },
  { name: 'a bomb of 1 GB in gzip', answer: () => fault.gzipBomb(1_000_000_000), ends: '1 invalid_response' },
  { name: 'a body of 1 GB', answer: () => fault.hugeBody(1_000_000_000), ends: '1 invalid_response' },
  { name: 'a body without end', answer: () => fault.endlessBody(), ends: '1 invalid_response' },
  { name: 'a byte now and then', answer: () => fault.drip(100), ends: '1 timeout' },
];

export const BRIDGE: readonly Hostile[] = ANSWERS.map(({ name, answer, ends }) => ({
  name: `bridge: ${name}`,
  command: 'collect-hue',
  arrange: ({ bridge }) => {
    bridge.faults.always('*', answer());
    return Promise.resolve(null);
  },
  ends,
}));
