/** Payloads in the shapes of real devices go through the real collectors; each stored value is checked against them. */
import { openHome } from '../support/home';
import { MONITOR_READING, payload, payloadsLike } from '../support/payloads';

/** The fields of the sensors that this test uses. */
interface Sensor {
  type: string;
  name: string;
  uniqueid?: string;
  state: { temperature?: number | null; lastupdated?: string; lightlevel?: number };
  config: { on?: boolean; battery?: number };
}

test.each(payloadsLike('hue/sensors'))('%s: every value as in the payload, every name resolved', async (name) => {
  const body = payload(name);
  const sensors = Object.values(JSON.parse(body) as Record<string, Sensor>);
  const measuring = sensors.filter(({ type }) => type === 'ZLLTemperature');
  const home = await openHome({ bridge: { sensorsBody: body }, cloud: false });
  expect(await home.run('collect-hue')).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
  const rows = await home.query('SELECT * FROM readings');
  const alive = measuring.filter(({ state }) => typeof state.temperature === 'number');
  expect(rows.map((row) => row['device_id']).sort()).toEqual(alive.map(({ uniqueid }) => `hue:${uniqueid}`).sort());
  for (const row of rows) {
    const uniqueId = String(row['device_id']).slice('hue:'.length);
    const part = (ending: string) => sensors.find(({ uniqueid }) => uniqueid === uniqueId.slice(0, 23) + ending);
    const sensor = part('-02-0402');
    expect(row).toMatchObject({
      temperature_celsius: Number(sensor?.state.temperature) / 100,
      measured_at: `${sensor?.state.lastupdated}.000Z`,
      battery_percent: sensor?.config.battery,
      location: part('-02-0406')?.name,
      humidity_percent: null,
    });
    expect(row['light_lux']).toBeCloseTo(10 ** ((Number(part('-02-0400')?.state.lightlevel) - 1) / 10_000), 2);
  }
  const dead = measuring.filter(({ config }) => config.on === false);
  const [cycle] = await home.query('SELECT * FROM cycles');
  const skipped = Object.fromEntries(dead.map(({ uniqueid }) => [`hue:${uniqueid}`, 'off']));
  expect(JSON.parse(String(cycle?.['devices_skipped']))).toEqual(skipped);
  expect(cycle).toMatchObject({ payload_bytes: Buffer.byteLength(body), devices_seen: measuring.length });
});

test('a full configuration without a temperature sensor: nothing to store, exit 1', async () => {
  const fullBody = payload('hue/full-configuration-without-temperature');
  const home = await openHome({ bridge: { fullBody }, cloud: false, config: { hue: { endpoint: 'full' } } });
  expect((await home.run('collect-hue')).exitCode).toBe(1);
  expect(await home.query('SELECT error_type, endpoint, payload_bytes FROM cycles')).toEqual([
    { error_type: 'no_readings', endpoint: 'full', payload_bytes: Buffer.byteLength(fullBody) },
  ]);
});

// The answers of failed requests: unit/sources/aqm/payloads; how a cycle handles them: amazon-session, amazon-alert.
test('a monitor with all its quantities, by one request once it is known', async () => {
  const cloud = { discoveryBody: payload('aqm/discovery'), stateBody: payload('aqm/state') };
  const home = await openHome({ bridge: false, cloud });
  expect(await home.run('collect-aqm')).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
  expect(await home.query('SELECT * FROM readings')).toMatchObject([{ ...MONITOR_READING, is_anomalous: 0 }]);
  home.cloud.requests.length = 0;
  expect((await home.run('collect-aqm')).exitCode).toBe(0);
  expect(home.cloud.requests.map(({ method, path }) => `${method} ${path}`)).toEqual(['POST /api/phoenix/state']);
});
