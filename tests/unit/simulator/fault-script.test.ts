import { createFaultScript } from '../../../lib/simulator/fault-script';
import { fault } from '../../../lib/simulator/faults';

const SENSORS = 'GET /api/key/sensors';

test('faults queue up, each for as many requests as it was given', () => {
  const faults = createFaultScript();
  faults.next('/sensors', fault.reset(), 2);
  faults.next('/sensors', fault.none());
  faults.next('/sensors', fault.cut());
  const met = Array.from({ length: 5 }, () => faults.take(SENSORS).kind);
  expect(met).toEqual(['reset', 'reset', 'none', 'cut', 'none']);
  expect(faults.pending).toBe(0);
});

test('a fault waits for a request that matches it', () => {
  const faults = createFaultScript();
  faults.next('POST /api', fault.reset());
  faults.next(/^GET .*\/config$/, fault.garbage());
  expect(faults.take(SENSORS).kind).toBe('none');
  expect(faults.take('GET /api').kind).toBe('none');
  expect(faults.take('GET /api/config').kind).toBe('garbage');
  expect(faults.take('POST /api').kind).toBe('reset');
});

test('a standing fault gives way to a queued one, and ends when that is asked for', () => {
  const faults = createFaultScript();
  const end = faults.always('*', fault.silence());
  faults.next('/sensors', fault.reset());
  expect(faults.take(SENSORS).kind).toBe('reset');
  expect(faults.take(SENSORS).kind).toBe('silence');
  end();
  expect(faults.take(SENSORS).kind).toBe('none');
});

test('connections get only the faults that are for them', () => {
  const faults = createFaultScript();
  faults.always('*', fault.reset());
  faults.next('CONNECT', fault.silence());
  expect(faults.take('CONNECT').kind).toBe('silence');
  expect(faults.take('CONNECT').kind).toBe('none');
});

test('clear forgets everything', () => {
  const faults = createFaultScript();
  faults.always('*', fault.reset());
  faults.next('*', fault.cut(), 3);
  expect(faults.pending).toBe(3);
  faults.clear();
  expect(faults.pending).toBe(0);
  expect(faults.take(SENSORS).kind).toBe('none');
});
