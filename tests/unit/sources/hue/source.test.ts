/** When the full configuration is asked for instead of the sensors alone: the decision, with a bridge of our own making. */
import { MonitorError, type ErrorType } from '../../../../lib/errors';
import type { HueClient } from '../../../../lib/sources/hue/client';
import { createHueSource } from '../../../../lib/sources/hue/source';
import { quickRetrier } from '../../../support/quick-retrier';
import { recordingLogger } from '../../../support/recording-logger';

const SENSOR = { type: 'ZLLTemperature', uniqueid: 'a', state: { temperature: 2150 }, config: { on: true } };

/** Reads a bridge whose `/sensors` always fails in this way; the full configuration has one sensor. */
async function readWith(type: ErrorType, code: string, remainingMs: number, retryAfterMs?: number) {
  const cause = Object.assign(new Error(code), { code });
  const more = retryAfterMs === undefined ? {} : { retryAfterMs };
  const failure = new MonitorError(code, { type, permanent: true, cause, ...more });
  const client: HueClient = {
    sensors: () => Promise.reject(failure),
    sensorsOfFullConfiguration: () => Promise.resolve({ '1': SENSOR }),
    publicConfig: () => Promise.reject(failure),
  };
  const logger = recordingLogger();
  const source = createHueSource({
    ...{ endpoint: 'sensors', client, logger, retrier: quickRetrier(logger), traffic: { endpoint: null } },
    locator: { knownAddress: 'https://a', atBridge: (read) => read('https://a', 1000) },
    ...{ hadSensors: () => Promise.resolve(false), timeoutMs: 2000, remainingMs: () => remainingMs },
  });
  return source.read().then(
    (devices) => devices.length,
    (thrown: unknown) => (thrown === failure ? 'as /sensors' : thrown),
  );
}

test.each<[ErrorType, string, number, number | undefined, unknown]>([
  ['timeout', '', 3001, undefined, 1],
  ['timeout', '', 3000, undefined, 'as /sensors'], // the request, and what is left for the search
  ['network', 'ECONNRESET', 60_000, undefined, 1],
  ['network', 'ERR_STREAM_PREMATURE_CLOSE', 60_000, undefined, 1],
  ['network', 'ECONNREFUSED', 60_000, undefined, 'as /sensors'], // nothing is there
  ['http', '', 60_000, undefined, 1],
  ['http', '', 60_000, 5000, 'as /sensors'], // the bridge asked us to wait
  ['rate_limited', '', 60_000, undefined, 'as /sensors'],
  ['unauthorized', '', 60_000, undefined, 'as /sensors'],
])('/sensors fails for good with %s %s, %i ms before the end (Retry-After %p): %p', async (...given) => {
  const [type, code, remainingMs, retryAfterMs, expected] = given;
  expect(await readWith(type, code, remainingMs, retryAfterMs)).toEqual(expected);
});
