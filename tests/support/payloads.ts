/** The payloads of tests/fixtures. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fault, type Fault } from '../../lib/simulator/faults';

const FIXTURES = join(__dirname, '..', 'fixtures');

/** @param name `hue/sensors-modern` */
export const payload = (name: string): string => readFileSync(join(FIXTURES, `${name}.json`), 'utf8');

export const parsedPayload = (name: string): unknown => JSON.parse(payload(name));

/** All whose name begins with the given text: `hue/sensors` */
export function payloadsLike(start: string): string[] {
  const [folder = '', beginning = ''] = start.split('/');
  return readdirSync(join(FIXTURES, folder))
    .filter((name) => name.startsWith(beginning))
    .map((name) => `${folder}/${name.replace(/\.json$/, '')}`);
}

/** An answer with its own status, for the simulator to give. */
export function answerOf(name: string): Fault {
  const { _http, body } = parsedPayload(name) as { _http: { status: number }; body: unknown };
  return body === '' ? fault.status(_http.status) : fault.json(body, _http.status);
}

/** The monitor of `aqm/discovery` and `aqm/state`. */
export const MONITOR = { entityId: '5b0f3c1e-8d27-4a64-9c11-2e7fa0d95b38', deviceId: 'alexa:GAJ0INVENTED0001' };

/** The reading that is stored from it. */
export const MONITOR_READING = {
  device_id: MONITOR.deviceId,
  device_type: 'alexa_aqm',
  location: 'Conservatory',
  measured_at: '2025-04-06T08:30:00.000Z',
  temperature_celsius: 18.25,
  humidity_percent: 47,
  voc_index: 11,
  pm25_ugm3: 3,
  pm10_ugm3: 5,
  co_ppm: 0,
  iaq_score: 88,
  light_lux: null,
  battery_percent: null,
};
