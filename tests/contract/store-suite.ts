/** What every store must do; readings.db and the memory store both pass it. */
import type { Reading } from '../../lib/reading';
import type { Cycle, CycleRecord, Store } from '../../lib/store/store';
import { cycleOf, hueReading, keep, nthCycle } from '../support/cycles';

/** Reads a store back, in the order of time. */
export interface StoreUnderTest {
  store: Store;
  readBack(): Promise<{ record: CycleRecord; readings: Reading[] }[]>;
  cleanUp(): Promise<void>;
}

export function describeStore(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(`${name} as a store`, () => {
    let under: StoreUnderTest;
    beforeEach(async () => {
      under = await open();
    });
    afterEach(() => under.cleanUp());

    test('gives back exactly what was stored', async () => {
      const cycles: Cycle[] = [
        cycleOf('2026-01-02T03:04:05.678Z', 'hue', [
          hueReading('hue:a', { temperature_celsius: 20.75, measured_at: '2026-01-02T03:02:00.001Z' }),
          hueReading('hue:b', { temperature_celsius: 22.24, light_lux: 15.848931924611133, battery_percent: 100 }),
          hueReading('hue:c', { temperature_celsius: 21.388888888888889, is_anomalous: true, measured_at: null }),
          hueReading('hue:d', { temperature_celsius: -0.01, humidity_percent: 0, location: "Bob's 'Küche' \u{1f600}" }),
          hueReading('hue:e', { temperature_celsius: 20.700000762939453, light_lux: 3.6e9 }),
        ]),
        cycleOf('2026-01-02T03:04:05.678Z', 'amazon_aqm', [
          hueReading('alexa:G1', {
            device_type: 'alexa_aqm',
            temperature_celsius: null,
            humidity_percent: 45,
            pm25_ugm3: 3,
            pm10_ugm3: 0.5,
            voc_index: 12,
            co_ppm: 0,
            iaq_score: 99,
          }),
        ]),
      ];
      for (const cycle of cycles) {
        expect(await keep(under.store, cycle)).toEqual(cycle.record);
      }
      expect(await under.readBack()).toEqual(cycles.map(({ record, readings }) => ({ record, readings })));
    });

    test('stores a failed cycle without readings, with all that is known about it', async () => {
      const cycle = cycleOf('2026-01-02T03:00:00.000Z', 'hue', [], {
        outcome: 'failed',
        exit_code: 1,
        devices_skipped: { 'hue:x': 'off', 'hue:y': 'malformed' },
        requests: 4,
        retries: 3,
        endpoint: null,
        error_type: 'timeout',
        error: 'the bridge did not answer',
      });
      await keep(under.store, cycle);
      expect(await under.readBack()).toEqual([{ record: cycle.record, readings: [] }]);
    });

    test('stores the same cycle once, even if it is given several times', async () => {
      const cycle = cycleOf('2026-01-02T03:00:00.000Z', 'hue', [hueReading('hue:a'), hueReading('hue:b')]);
      for (let times = 0; times < 3; times++) expect(await keep(under.store, cycle)).toEqual(cycle.record);
      expect(await under.readBack()).toEqual([{ record: cycle.record, readings: cycle.readings }]);
    });

    test('stores nothing of a cycle in which a reading would get no row', async () => {
      const cycle = cycleOf('2026-01-02T03:00:00.000Z', 'hue', [hueReading('hue:a'), hueReading('hue:a')]);
      await expect(keep(under.store, cycle)).rejects.toMatchObject({ type: 'internal', permanent: true });
      await expect(under.store.storeAll([nthCycle(1), cycle])).rejects.toMatchObject({ type: 'internal' });
      expect(await under.readBack()).toEqual([]);
      await keep(under.store, nthCycle(1));
      expect(await under.readBack()).toHaveLength(1);
    });

    test('stores many cycles at once, those it has already only once', async () => {
      const cycles = [3, 1, 2].map((n) => nthCycle(n));
      await keep(under.store, nthCycle(1));
      await under.store.storeAll(cycles);
      await under.store.storeAll([]);
      const stored = await under.readBack();
      const byTime = (a: string, b: string) => a.localeCompare(b);
      expect(stored.map(({ record }) => record.started_at).sort(byTime)).toEqual(
        cycles.map(({ record }) => record.started_at).sort(byTime),
      );
    });

    test('keeps the place a device had at the time', async () => {
      const before = cycleOf('2026-01-02T03:00:00.000Z', 'hue', [hueReading('hue:a', { location: 'Hall' })]);
      const after = cycleOf('2026-01-02T03:05:00.000Z', 'hue', [hueReading('hue:a', { location: 'Attic' })]);
      await keep(under.store, before);
      await keep(under.store, after);
      const places = (await under.readBack()).flatMap(({ readings }) => readings.map(({ location }) => location));
      expect(places).toEqual(['Hall', 'Attic']);
    });

    test('answers with the row that is stored, even if the cycle had to be judged several times', async () => {
      const { record, readings } = cycleOf('2026-01-02T03:00:00.000Z', 'hue', [hueReading('hue:a')]);
      let judged = 0;
      const stored = await under.store.store(readings, () => ({ ...record, duration_ms: ++judged }));
      expect(judged).toBeGreaterThan(0);
      expect(await under.readBack()).toEqual([{ record: stored, readings }]);
    });

    test('may be closed twice', async () => {
      await keep(under.store, cycleOf('2026-01-02T03:00:00.000Z', 'hue', []));
      await under.store.close();
      await under.store.close();
    });
  });
}
