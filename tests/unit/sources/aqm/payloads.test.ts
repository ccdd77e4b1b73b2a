/** Every recorded payload of Amazon, through the real source over real HTTP, held to what is stored of it. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fault } from '../../../../lib/simulator/faults';
import { startAqmHome, STATE, type AqmHome } from '../../../support/aqm-home';
import { scratchDirectory } from '../../../support/scratch';

const recorded = join(__dirname, '../../../../../shared/fixtures/aqm');
const skipped = existsSync(recorded) ? '' : ' (skipped: the recorded payloads are not here)';

const read = (name: string) => readFileSync(join(recorded, name), 'utf8');
const parse = (name: string) => JSON.parse(read(name)) as Record<string, unknown>;
/** Answers whose status and body were recorded together. */
const answer = (name: string) => {
  const { _http, body } = parse(name) as { _http?: { status: number }; body: unknown };
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return fault.body(text, 'application/json', _http?.status ?? 200);
};

const ENTITY = '11111111-1111-4111-8111-111111111111';

(skipped ? describe.skip : describe)(`recorded payloads${skipped}`, () => {
  /** An account whose device list is the reconstructed one. */
  async function recordedHome(): Promise<AqmHome> {
    return startAqmHome(scratchDirectory(), {
      marketplace: 'amazon.co.uk',
      discoveryBody: read('02-graphql-endpoints-aqm.RECONSTRUCTED.json'),
    });
  }

  test('02 and 03: device list and state, every value as in the payload', async () => {
    const home = await recordedHome();
    home.cloud.state.stateBody = read('03-phoenix-state-aqm.RECONSTRUCTED.json');
    const { report, failure } = await home.cycle();
    expect(failure).toBeNull();
    expect(report).toEqual({
      devicesSeen: 1,
      skipped: {},
      readings: [
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
          is_anomalous: false,
        },
      ],
    });
    expect(home.logger.events.filter(({ level }) => level !== 'info')).toEqual([]);
    expect(JSON.parse(home.cloud.requests.at(-1)?.body ?? '')).toEqual({
      stateRequests: [{ entityId: ENTITY, entityType: 'ENTITY' }],
    });
  });

  test('01: the captured capabilities give the captured meanings', async () => {
    const parts = parse('01-graphql-endpoints-aqm.captured-parts.json');
    const capabilities = Object.entries(parts)
      .filter(([name]) => name.startsWith('capability_'))
      .map(([, capability]) => capability);
    const legacyAppliance = {
      ...(parts['endpoint_head'] as object),
      capabilities,
      ...(parts['endpoint_tail'] as object),
    };
    const body = JSON.stringify({ data: { endpoints: { items: [{ legacyAppliance }] } } });
    const home = await startAqmHome(scratchDirectory(), { discoveryBody: body });
    const [monitor] = await home.source().listMonitors();
    expect(monitor).toMatchObject({ serial: 'GAJ-REDACTED', name: 'First Air Quality Monitor' });
    // 6 and 8 were not captured: their usual numbers stand in.
    expect(monitor?.meanings).toEqual({
      known: {
        '4': 'humidity_percent',
        '5': 'voc_index',
        '6': 'pm25_ugm3',
        '7': 'pm10_ugm3',
        '8': 'co_ppm',
        '9': 'iaq_score',
      },
      unknown: {},
    });
  });

  test("04: another device's states: only the temperature is ours, the rest is no quantity", async () => {
    const home = await recordedHome();
    const states = parse('04-phoenix-state-capabilityStates.captured-iobroker891.json') as {
      deviceStates: { entity: { entityId: string } }[];
    };
    for (const { entity } of states.deviceStates) entity.entityId = ENTITY;
    home.cloud.state.stateBody = JSON.stringify(states);
    const { report } = await home.cycle();
    expect(report?.readings[0]).toMatchObject({
      temperature_celsius: 25.3,
      measured_at: '2022-05-17T16:00:01.000Z',
      humidity_percent: null,
    });
  });

  test('05: ENDPOINT_UNREACHABLE is skipped as unreachable', async () => {
    const home = await recordedHome();
    const states = parse('05-phoenix-state-endpoint-unreachable.captured-alexa-remote.json') as {
      errors: { entity: { entityId: string } }[];
    };
    // As it was recorded it names the appliance, which is not what we ask by.
    home.cloud.state.stateBody = JSON.stringify(states);
    expect((await home.cycle()).report?.skipped).toEqual({ 'alexa:GAJTEST00000001': 'unreachable' });
    for (const { entity } of states.errors) entity.entityId = ENTITY;
    home.cloud.state.stateBody = JSON.stringify(states);
    expect((await home.cycle()).report?.skipped).toEqual({ 'alexa:GAJTEST00000001': 'unreachable' });
  });

  test('06: TargetApplianceNotFoundException has the monitors listed anew', async () => {
    const home = await recordedHome();
    await home.cycle();
    home.changeSession((state) => {
      if (state.discovery) state.discovery.not_found = [];
    });
    home.cloud.state.stateBody = read('06-phoenix-state-target-not-found.from-fragment.json');
    const { asked } = await home.cycle();
    expect(asked).toEqual([STATE, 'POST /nexus/v1/graphql', STATE]);
  });

  test('07: dead cookies on GraphQL are renewed within the cycle', async () => {
    const home = await startAqmHome(scratchDirectory());
    await home.cycle();
    home.changeSession((state) => (state.discovery = null));
    home.cloud.faults.next('/graphql', fault.body(read('07-graphql-unauthenticated.captured.json')));
    const { failure, asked } = await home.cycle();
    expect(failure).toBeNull();
    expect(asked).toContain('POST /auth/token');
  });

  test('08: no items is no_monitor', async () => {
    const home = await startAqmHome(scratchDirectory(), {
      discoveryBody: read('08-graphql-empty-items.captured-amp3431.json'),
    });
    expect((await home.cycle()).failure?.type).toBe('no_monitor');
  });

  test('10: 429 is rate_limited, after retries', async () => {
    const home = await startAqmHome(scratchDirectory());
    await home.cycle();
    home.cloud.faults.always(STATE, answer('10-http429-too-many-requests.captured-smarthomej596.json'));
    const { failure, retries } = await home.cycle();
    expect([failure?.type, retries]).toEqual(['rate_limited', 3]);
  });

  test.each([
    '11-auth-register-400-expired.captured-iobroker1380.json',
    '12-auth-register-400-invalid.captured-audible37.json',
  ])('%s: in the answer to the refresh token, a login is needed', async (name) => {
    const home = await startAqmHome(scratchDirectory());
    home.cloud.faults.always('/auth/token', answer(name));
    expect((await home.cycle()).failure?.type).toBe('login_needed');
  });

  test('13: 401 with an empty body: the cookies are renewed within the cycle', async () => {
    const home = await startAqmHome(scratchDirectory());
    await home.cycle();
    home.cloud.faults.next(STATE, answer('13-bootstrap-401.captured-amp3032.json'));
    const { failure, asked } = await home.cycle();
    expect(failure).toBeNull();
    expect(asked).toContain('POST /auth/token');
  });

  test('14 and 15: the token and the cookies, without their quotes', async () => {
    const home = await startAqmHome(scratchDirectory(), { marketplace: 'amazon.co.uk' });
    home.cloud.faults.always('/auth/token', answer('14-auth-token-ok.shape.json'));
    home.cloud.faults.always('/ap/exchangetoken/cookies', answer('15-exchangetoken-cookies-ok.shape.json'));
    await home.cycle();
    const sent = home.cloud.requests.find(({ path }) => path === '/api/language')?.headers.cookie;
    expect(sent).toBe(
      'session-id=000-0000000-0000000; ubid-acbuk=000-0000000-0000000; session-token=TEST; at-acbuk=Atza|TEST; ' +
        'sess-at-acbuk=TEST',
    );
  });
});
