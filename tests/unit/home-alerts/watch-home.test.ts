/** Rules about the home: raised once, once over, a reminder a day; who could not be told is told later. */
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createHttp } from '../../../lib/http/fetch';
import { activeAlerts, HOME_ALERTS_FILE, type HomeEvent } from '../../../lib/home-alerts/state';
import { watchHome } from '../../../lib/home-alerts/watch-home';
import type { Config, Secrets } from '../../../lib/config/config';
import type { Reading } from '../../../lib/reading';
import { cycleOf, hueReading } from '../../support/cycles';
import { recordingLogger } from '../../support/recording-logger';
import { configIn, NOW, store } from '../../support/report-home';
import { scratchDirectory } from '../../support/scratch';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** A home whose time is moved by hand; each step stores a cycle and watches it. */
function home(sections: object = {}, secrets: Secrets = {}) {
  const directory = scratchDirectory();
  const log = recordingLogger();
  const config = { ...configIn(directory), amazon_aqm: null, ...sections } as unknown as Config;
  return {
    config,
    log,
    file: join(config.storage.data_directory, HOME_ALERTS_FILE),
    /** @param values of the sensor hue:1 in the bath at that time; null: it was skipped */
    step: async (minutes: number, values: Partial<Reading> | null) => {
      const nowMs = NOW + minutes * MINUTE;
      const cycle = new Date(nowMs).toISOString();
      const other = hueReading('hue:2', {
        location: 'Hall',
        measured_at: cycle,
        battery_percent: null,
        temperature_celsius: 20,
      });
      const own =
        values === null
          ? []
          : [hueReading('hue:1', { location: 'Bath', measured_at: cycle, battery_percent: null, ...values })];
      await store(config, [cycleOf(cycle, 'hue', [other, ...own])]);
      const before = log.events.length;
      const context = { config, secrets, row: { deviceType: 'hue_sensor' as const }, cycle, logger: log };
      await watchHome({
        ...context,
        http: createHttp(),
        signal: AbortSignal.timeout(4000),
        timeoutMs: 4000,
        now: () => nowMs,
      });
      return log.events.slice(before).map(({ event }) => event);
    },
  };
}

const DAMP = {
  alerts: [{ name: 'damp', quantity: 'humidity', location: 'Bath', above: 65, for_minutes: 10, hysteresis: 5 }],
};

test('above for long enough: raised once; within the hysteresis it stays; below it is over', async () => {
  const { step, config, file } = home(DAMP);
  expect(await step(0, { humidity_percent: 70 })).toEqual([]);
  expect(await step(5, { humidity_percent: 71 })).toEqual([]);
  expect(await step(10, { humidity_percent: 72 })).toEqual(['home_alert_raised']);
  expect(await step(15, { humidity_percent: 73 })).toEqual([]);
  expect(activeAlerts(config.storage.data_directory)).toMatchObject([
    { name: 'damp', location: 'Bath', device_id: 'hue:1', value: 73, threshold: 65 },
  ]);
  expect(await step(20, { humidity_percent: 61 })).toEqual([]);
  expect(await step(25, { humidity_percent: 60 })).toEqual(['home_alert_cleared']);
  expect(existsSync(file)).toBe(false);
  // A short rise is none.
  await step(30, { humidity_percent: 70 });
  await step(35, { humidity_percent: 60 });
  expect(await step(45, { humidity_percent: 70 })).toEqual([]);
});

test('a cycle without its value changes nothing, and a stale value says nothing', async () => {
  const { step } = home({
    alerts: [{ name: 'cold', quantity: 'temperature', device: '1', below: 15, for_minutes: 0, hysteresis: 0 }],
  });
  expect(await step(0, { temperature_celsius: 14 })).toEqual(['home_alert_raised']);
  expect(await step(5, null)).toEqual([]);
  const old = new Date(NOW - HOUR).toISOString();
  expect(await step(10, { temperature_celsius: 20, measured_at: old })).toEqual([]);
  expect(await step(15, { temperature_celsius: 15 })).toEqual(['home_alert_cleared']);
});

test('built in: a battery below 15 %, a sensor silent for 6 hours; 0 switches a rule off', async () => {
  const { step } = home({ builtin_alerts: {} });
  expect(await step(0, { battery_percent: 14 })).toEqual(['home_alert_raised']);
  expect(await step(5, { battery_percent: 16 })).toEqual([]);
  expect(await step(10, { battery_percent: 90 })).toEqual(['home_alert_cleared']);
  expect(await step(10 + 5 * 60, null)).toEqual([]);
  expect(await step(11 + 6 * 60, null)).toEqual(['home_alert_raised']);
  expect(await step(20 + 6 * 60, {})).toEqual(['home_alert_cleared']);
  const none = home({ builtin_alerts: { battery_below: 0, silent_hours: 0 } });
  expect(await none.step(0, { battery_percent: 1 })).toEqual([]);
  expect(await none.step(7 * 60, null)).toEqual([]);
});

test('two rules of one name are told apart by their limits', async () => {
  const rule = { name: 'warm', quantity: 'temperature', location: 'Bath', for_minutes: 0, hysteresis: 0 };
  const { step, config } = home({
    alerts: [
      { ...rule, above: 25 },
      { ...rule, above: 30 },
    ],
  });
  const active = () => activeAlerts(config.storage.data_directory).map(({ threshold }) => threshold);
  await step(0, { temperature_celsius: 26 });
  expect(active()).toEqual([25]);
  expect(await step(5, { temperature_celsius: 31 })).toEqual(['home_alert_raised']);
  expect(active()).toEqual([25, 30]);
  expect(await step(10, { temperature_celsius: 29 })).toEqual(['home_alert_cleared']);
  expect(active()).toEqual([25]);
});

test('a name that the database does not know is warned of once, with the nearest', async () => {
  const { step, log } = home({
    alerts: [{ quantity: 'humidity', location: 'Bahth', above: 65, for_minutes: 0, hysteresis: 0 }],
  });
  expect(await step(0, {})).toEqual(['alert_matches_nothing']);
  expect(log.events[0]?.message).toContain('is about the location Bahth, which has no reading, nearest known: Bath');
  expect(await step(5, {})).toEqual([]);
});

describe('who is told', () => {
  const got: { body: string; type: string | undefined }[] = [];
  let status = 200;
  let server: Server;
  let webhook: string;

  beforeAll(async () => {
    server = createServer((request, response) => {
      let body = '';
      request.on('data', (part: Buffer) => (body += part.toString()));
      request.on('end', () => {
        if (status === 200) got.push({ body, type: request.headers['content-type'] });
        response.writeHead(status).end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    webhook = `http://127.0.0.1:${(server.address() as AddressInfo).port}/secret`;
  });
  afterAll(() => void server.close());

  const HOT = {
    alerts: [{ name: 'hot', quantity: 'temperature', location: 'Bath', above: 25, for_minutes: 0, hysteresis: 0 }],
  };

  test('the webhook gets each event once, also after it was dead; a reminder a day', async () => {
    const { step, log } = home(HOT, { notify: { webhook } });
    status = 503;
    expect(await step(0, { temperature_celsius: 26 })).toEqual(['home_alert_raised', 'notification_failed']);
    expect(log.events.at(-1)?.message).toMatch(/was not sent by webhook: the webhook answered with HTTP status 503/);
    status = 200;
    expect(await step(5, { temperature_celsius: 26 })).toEqual([]);
    await step(10 + 24 * 60, { temperature_celsius: 27 });
    await step(15 + 24 * 60, { temperature_celsius: 20 });
    const events = got.map(({ body }) => JSON.parse(body) as HomeEvent);
    expect(events.map(({ event }) => event)).toEqual(['raised', 'reminder', 'cleared']);
    expect(events[0]).toEqual({
      ...{ event: 'raised', name: 'hot', quantity: 'temperature', location: 'Bath', device_id: 'hue:1' },
      ...{ value: 26, threshold: 25, since: new Date(NOW).toISOString() },
    });
    expect(got[0]?.type).toBe('application/json');
  });

  test('as text; and a command gets the JSON on its standard input, without a shell', async () => {
    got.length = 0;
    const out = join(scratchDirectory(), 'got it');
    const script = `require('fs').appendFileSync(process.argv[1], require('fs').readFileSync(0))`;
    const notify = { command: [process.execPath, '-e', script, out], format: 'text' as const };
    const { step } = home({ ...HOT, notify }, { notify: { webhook } });
    await step(0, { temperature_celsius: 26 });
    expect(got).toEqual([
      {
        type: 'text/plain; charset=utf-8',
        body: `Bath: temperature 26 °C (hot: above 25 °C), since ${new Date(NOW).toISOString()}`,
      },
    ]);
    expect(JSON.parse(readFileSync(out, 'utf8'))).toMatchObject({ event: 'raised', value: 26 });
  });

  test('a command that is not there, or fails, is a warning, and tried again', async () => {
    const { step, file } = home({ ...HOT, notify: { command: ['/does/not/exist'], format: 'json' } });
    expect(await step(0, { temperature_celsius: 26 })).toEqual(['home_alert_raised', 'notification_failed']);
    expect(await step(5, { temperature_celsius: 26 })).toEqual(['notification_failed']);
    expect(readFileSync(file, 'utf8')).toContain('"command"');
  });
});
