/** Each call of a cycle fails in turn: the short form of `npm run campaign faults`. */
import type { HurtCase } from '../campaigns/collectors/fault-bench';
import { SITUATIONS } from '../campaigns/collectors/fault-situations';
import { failEachCall } from '../campaigns/collectors/faults';

jest.setTimeout(600_000);

/** A prime number, so that every kind of failure and every part of a cycle is tested. */
const EVERY = 149;

it(`every ${EVERY}th failing call of the file system, the database and the network: a documented end, nothing lost`, async () => {
  const result = await failEachCall({ chosen: (nth) => nth % EVERY === 0 });
  expect(result.faults).toEqual([]);
  expect(result.unreached).toEqual([]);
  expect(result.cases).toBeGreaterThan(70);
  for (const { name } of SITUATIONS) {
    for (const kind of ['file', 'database', 'network']) expect(result.calls[`${name}: ${kind}`]).toBeGreaterThan(0);
  }
});

it('the spool fails once while the database is locked: what was read is there after the next cycle', async () => {
  const situations = SITUATIONS.filter(({ name }) => name === 'collect-hue, the database is locked');
  const chosen = (_: number, { deed }: HurtCase, call: string) => deed === 'EIO' && call.includes('/data/spool');
  const { faults, cases } = await failEachCall({ situations, chosen });
  expect(faults).toEqual([]);
  expect(cases).toBeGreaterThan(10);
});

it('what looks like damage once, wherever it shows, replaces no sound database', async () => {
  const situations = SITUATIONS.filter(({ name }) => name === 'collect-hue, an ordinary cycle');
  const { faults, cases } = await failEachCall({ situations, chosen: (_, { deed }) => deed === 'SQLITE_CORRUPT' });
  expect(faults).toEqual([]);
  expect(cases).toBeGreaterThan(20);
});

it('killed at any call of the database while cycles wait in the spool: all of them, whole and once', async () => {
  const situations = SITUATIONS.filter(({ name }) => name === 'collect-hue, cycles wait in the spool');
  const chosen = (_: number, { kind, deed }: HurtCase) => kind === 'database' && deed === 'kill';
  const { faults, cases } = await failEachCall({ situations, chosen });
  expect(faults).toEqual([]);
  expect(cases).toBeGreaterThan(30);
});
