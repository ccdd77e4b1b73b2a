/** Every recorded payload goes through the real collectors; each stored value is checked against the payload. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fault, type Fault } from '../../lib/simulator/faults';
import { openHome, type Home, type HomeOptions } from '../support/home';

const RECORDED = join(__dirname, '../../../shared/fixtures');
const HERE = existsSync(RECORDED);
const describeRecorded = HERE ? describe : describe.skip;
const note = HERE ? '' : ' (skipped: the recorded payloads are not here)';

const recorded = (name: string): string => readFileSync(join(RECORDED, name), 'utf8');
const namesOf = (folder: string, start: string): string[] =>
  HERE ? readdirSync(join(RECORDED, folder)).filter((name) => name.startsWith(start)) : [];

async function inHome<T>(options: HomeOptions, work: (home: Home) => Promise<T>): Promise<T> {
  const home = await openHome(options);
  try {
    return await work(home);
  } finally {
    await home.close();
  }
}

/** As far as the recorded sensors are looked at here. */
interface Sensor {
  type: string;
  name: string;
  uniqueid?: string;
  state: { temperature?: number | null; lastupdated?: string; lightlevel?: number };
  config: { on?: boolean; battery?: number };
}

describeRecorded(`recorded bridges${note}`, () => {
  test.each(namesOf('hue', 'v1-sensors-'))('%s', async (name) => {
    const body = recorded(join('hue', name));
    const sensors = Object.values(JSON.parse(body) as Record<string, Sensor>);
    const measuring = sensors.filter(({ type }) => type === 'ZLLTemperature');
    await inHome({ bridge: { sensorsBody: body }, cloud: false }, async (home) => {
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
  });

  test('a full configuration without a temperature sensor: nothing to store, exit 1', async () => {
    const fullBody = recorded('hue/v1-fullconfig-no-temperature-2018.json');
    await inHome({ bridge: { fullBody }, cloud: false, config: { hue: { endpoint: 'full' } } }, async (home) => {
      expect((await home.run('collect-hue')).exitCode).toBe(1);
      expect(await home.query('SELECT error_type, endpoint, payload_bytes FROM cycles')).toEqual([
        { error_type: 'no_readings', endpoint: 'full', payload_bytes: Buffer.byteLength(fullBody) },
      ]);
    });
  });
});

describeRecorded(`recorded Amazon homes${note}`, () => {
  const discoveryBody = HERE ? recorded('aqm/02-graphql-endpoints-aqm.RECONSTRUCTED.json') : '';
  const stateBody = HERE ? recorded('aqm/03-phoenix-state-aqm.RECONSTRUCTED.json') : '';
  const whole: HomeOptions = { bridge: false, cloud: { discoveryBody, stateBody } };
  const STATE = '/api/phoenix/state';
  const DISCOVERY = '/nexus/v1/graphql';

  /** Files of failed exchanges hold the status and the body side by side. */
  const answer = (name: string): Fault => {
    const { _http, body } = JSON.parse(recorded(join('aqm', name))) as { _http: { status: number }; body: unknown };
    return body === '' ? fault.status(_http.status) : fault.json(body, _http.status);
  };

  test('02 and 03: one monitor with all its quantities', async () => {
    await inHome(whole, async (home) => {
      expect(await home.run('collect-aqm')).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
      expect(await home.query('SELECT * FROM readings')).toMatchObject([
        {
          device_id: 'alexa:GAJTEST00000001',
          device_type: 'alexa_aqm',
          location: 'First Air Quality Monitor',
          measured_at: '2025-11-20T12:00:00.000Z',
          temperature_celsius: 20.75,
          humidity_percent: 54,
          voc_index: 2,
          pm25_ugm3: 1,
          pm10_ugm3: 1,
          co_ppm: 1,
          iaq_score: 96,
          light_lux: null,
          battery_percent: null,
          is_anomalous: 0,
        },
      ]);
      home.cloud.requests.length = 0;
      expect((await home.run('collect-aqm')).exitCode).toBe(0);
      expect(home.cloud.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([`POST ${STATE}`]);
    });
  });

  test('07: dead cookies at discovery are renewed within the cycle', async () => {
    await inHome(whole, async (home) => {
      await home.run('collect-aqm');
      home.cloud.faults.next(STATE, fault.body(recorded('aqm/06-phoenix-state-target-not-found.from-fragment.json')));
      home.cloud.faults.next(DISCOVERY, fault.body(recorded('aqm/07-graphql-unauthenticated.captured.json')));
      expect((await home.run('collect-aqm')).exitCode).toBe(0);
      expect(home.cloud.faults.pending).toBe(0);
      expect(await home.query('SELECT outcome FROM cycles')).toEqual([{ outcome: 'ok' }, { outcome: 'ok' }]);
    });
  });

  test('08: logged in without a monitor: an error that names the marketplace', async () => {
    await inHome(whole, async (home) => {
      home.cloud.faults.always(DISCOVERY, fault.body(recorded('aqm/08-graphql-empty-items.captured-amp3431.json')));
      const { exitCode, stderr } = await home.run('collect-aqm');
      expect(exitCode).toBe(1);
      expect(stderr).toContain(home.cloud.account.marketplace);
      expect(await home.query('SELECT error_type FROM cycles')).toEqual([{ error_type: 'no_monitor' }]);
    });
  });

  test('10: rate limited: exit 1, and the next cycle sends nothing', async () => {
    await inHome(whole, async (home) => {
      home.cloud.faults.always(STATE, answer('10-http429-too-many-requests.captured-smarthomej596.json'));
      expect((await home.run('collect-aqm')).exitCode).toBe(1);
      home.cloud.requests.length = 0;
      expect((await home.run('collect-aqm')).exitCode).toBe(1);
      expect(home.cloud.requests).toEqual([]);
      expect(await home.query('SELECT DISTINCT error_type FROM cycles')).toEqual([{ error_type: 'rate_limited' }]);
    });
  });

  test.each([
    '11-auth-register-400-expired.captured-iobroker1380.json',
    '12-auth-register-400-invalid.captured-audible37.json',
  ])('%s as the answer to the refresh: login needed, exit 4, alert', async (name) => {
    await inHome(whole, async (home) => {
      home.cloud.faults.always('/auth/token', answer(name));
      const { exitCode, stderr } = await home.run('collect-aqm');
      expect(exitCode).toBe(4);
      expect(stderr).toContain('auth-amazon');
      expect(existsSync(join(home.dataDirectory, 'ALERT_TOKEN_REFRESH_NEEDED.txt'))).toBe(true);
    });
  });

  test('13: dead cookies at the state request are renewed within the cycle', async () => {
    await inHome(whole, async (home) => {
      await home.run('collect-aqm');
      home.cloud.faults.next(STATE, answer('13-bootstrap-401.captured-amp3032.json'));
      expect((await home.run('collect-aqm')).exitCode).toBe(0);
      expect(home.cloud.faults.pending).toBe(0);
      expect(await home.query('SELECT readings_stored FROM cycles')).toEqual([
        { readings_stored: 1 },
        { readings_stored: 1 },
      ]);
    });
  });

  test('05: a monitor that cannot be reached is skipped, exit 0', async () => {
    const unreachable = JSON.parse(
      HERE ? recorded('aqm/05-phoenix-state-endpoint-unreachable.captured-alexa-remote.json') : '{}',
    ) as { errors: { entity: { entityId: string } }[] };
    for (const { entity } of unreachable.errors) entity.entityId = '11111111-1111-4111-8111-111111111111';
    await inHome(whole, async (home) => {
      home.cloud.faults.always(STATE, fault.json(unreachable));
      expect((await home.run('collect-aqm')).exitCode).toBe(0);
      expect(await home.query('SELECT devices_skipped FROM cycles')).toEqual([
        { devices_skipped: '{"alexa:GAJTEST00000001":"unreachable"}' },
      ]);
    });
  });

  test('06: an entity that Amazon no longer knows: discovered anew', async () => {
    await inHome(whole, async (home) => {
      await home.run('collect-aqm');
      home.cloud.requests.length = 0;
      home.cloud.faults.next(STATE, fault.body(recorded('aqm/06-phoenix-state-target-not-found.from-fragment.json')));
      expect((await home.run('collect-aqm')).exitCode).toBe(0);
      expect(home.cloud.requests.map(({ path }) => path)).toEqual([STATE, DISCOVERY, STATE]);
    });
  });

  test('04: the states of another kind of device spoil nothing', async () => {
    const state = JSON.parse(stateBody || '{"deviceStates":[]}') as { deviceStates: unknown[] };
    const other = JSON.parse(
      HERE ? recorded('aqm/04-phoenix-state-capabilityStates.captured-iobroker891.json') : '{"deviceStates":[]}',
    ) as { deviceStates: unknown[] };
    const both = JSON.stringify({ ...state, deviceStates: [...other.deviceStates, ...state.deviceStates] });
    await inHome({ bridge: false, cloud: { discoveryBody, stateBody: both } }, async (home) => {
      expect((await home.run('collect-aqm')).exitCode).toBe(0);
      expect(await home.query('SELECT device_id, temperature_celsius FROM readings')).toEqual([
        { device_id: 'alexa:GAJTEST00000001', temperature_celsius: 20.75 },
      ]);
    });
  });
});
