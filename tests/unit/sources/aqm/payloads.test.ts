/** Payloads in the shapes of Amazon's, through the real source over real HTTP, compared with what is made of them. */
import { fault } from '../../../../lib/simulator/faults';
import { startAqmHome, type AqmHome } from '../../../support/aqm-home';
import { STATE } from '../../../support/constants';
import { answerOf, MONITOR, MONITOR_READING, parsedPayload, payload } from '../../../support/payloads';
import { scratchDirectory } from '../../../support/scratch';

/** An account whose device list is that of the payload. */
const homeOfPayload = (): Promise<AqmHome> =>
  startAqmHome(scratchDirectory(), { marketplace: 'amazon.co.uk', discoveryBody: payload('aqm/discovery') });

test('device list and state: every value as in the payload', async () => {
  const home = await homeOfPayload();
  home.cloud.state.stateBody = payload('aqm/state');
  const { report, failure } = await home.cycle();
  expect(failure).toBeNull();
  expect(report).toEqual({
    devicesSeen: 1,
    leftOut: 0,
    skipped: {},
    readings: [{ ...MONITOR_READING, is_anomalous: false, temperature_offset_celsius: null }],
  });
  expect(home.logger.events.filter(({ level }) => level !== 'info')).toEqual([]);
  expect(JSON.parse(home.cloud.requests.at(-1)?.body ?? '')).toEqual({
    stateRequests: [{ entityId: MONITOR.entityId, entityType: 'ENTITY' }],
  });
});

test('the usual numbers are used for capabilities that are not listed', async () => {
  interface Discovery {
    data: { endpoints: { items: { legacyAppliance: { capabilities: { instance?: string }[] } }[] } };
  }
  const discovery = parsedPayload('aqm/discovery') as Discovery;
  for (const { legacyAppliance: appliance } of discovery.data.endpoints.items)
    appliance.capabilities = appliance.capabilities.filter(({ instance }) => instance !== '6' && instance !== '8');
  const home = await startAqmHome(scratchDirectory(), { discoveryBody: JSON.stringify(discovery) });
  const [monitor] = await home.source().listMonitors();
  expect(monitor).toMatchObject({ serial: 'GAJ0INVENTED0001', name: 'Conservatory' });
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

interface States {
  deviceStates: { entity: { entityId: string } }[];
  errors: { entity: { entityId: string } }[];
}

test("another kind of device's states: only the temperature is ours, the rest is not a quantity", async () => {
  const home = await homeOfPayload();
  const states = parsedPayload('aqm/state-of-a-thermostat') as States;
  for (const { entity } of states.deviceStates) entity.entityId = MONITOR.entityId;
  home.cloud.state.stateBody = JSON.stringify(states);
  const { report } = await home.cycle();
  expect(report?.readings[0]).toMatchObject({
    temperature_celsius: 22.6,
    measured_at: '2025-04-06T08:31:12.000Z',
    humidity_percent: null,
  });
});

test('the states of another device, sent with those of ours, do no harm', async () => {
  const home = await homeOfPayload();
  const [ours, other] = [parsedPayload('aqm/state') as States, parsedPayload('aqm/state-of-a-thermostat') as States];
  const deviceStates = [...other.deviceStates, ...ours.deviceStates];
  home.cloud.state.stateBody = JSON.stringify({ ...ours, deviceStates });
  expect((await home.cycle()).report?.readings).toMatchObject([MONITOR_READING]);
});

test('ENDPOINT_UNREACHABLE is skipped as unreachable, whether it names the appliance or the entity', async () => {
  const home = await homeOfPayload();
  const states = parsedPayload('aqm/state-unreachable') as States;
  home.cloud.state.stateBody = JSON.stringify(states);
  expect((await home.cycle()).report?.skipped).toEqual({ [MONITOR.deviceId]: 'unreachable' });
  for (const { entity } of states.errors) entity.entityId = MONITOR.entityId;
  home.cloud.state.stateBody = JSON.stringify(states);
  expect((await home.cycle()).report?.skipped).toEqual({ [MONITOR.deviceId]: 'unreachable' });
});

test('TargetApplianceNotFoundException has the monitors listed again', async () => {
  const home = await homeOfPayload();
  await home.cycle();
  home.changeSession((state) => {
    if (state.discovery) state.discovery.not_found = [];
  });
  home.cloud.state.stateBody = payload('aqm/state-target-not-found');
  const { asked } = await home.cycle();
  expect(asked).toEqual([STATE, 'POST /nexus/v1/graphql', STATE]);
});

test('dead cookies on GraphQL are renewed within the cycle', async () => {
  const home = await startAqmHome(scratchDirectory());
  await home.cycle();
  home.changeSession((state) => (state.discovery = null));
  home.cloud.faults.next('/graphql', fault.body(payload('aqm/discovery-forbidden')));
  const { failure, asked } = await home.cycle();
  expect(failure).toBeNull();
  expect(asked).toContain('POST /auth/token');
});

test('no items is no_monitor', async () => {
  const home = await startAqmHome(scratchDirectory(), { discoveryBody: payload('aqm/discovery-empty') });
  expect((await home.cycle()).failure?.type).toBe('no_monitor');
});

test('429 is rate_limited, after retries', async () => {
  const home = await startAqmHome(scratchDirectory());
  await home.cycle();
  home.cloud.faults.always(STATE, answerOf('aqm/too-many-requests'));
  const { failure, retries } = await home.cycle();
  expect([failure?.type, retries]).toEqual(['rate_limited', 3]);
});

test.each(['aqm/token-expired', 'aqm/token-invalid'])(
  '%s: as the answer to the refresh token, a login is needed',
  async (name) => {
    const home = await startAqmHome(scratchDirectory());
    home.cloud.faults.always('/auth/token', answerOf(name));
    expect((await home.cycle()).failure?.type).toBe('login_needed');
  },
);

test('401 with an empty body: the cookies are renewed within the cycle', async () => {
  const home = await startAqmHome(scratchDirectory());
  await home.cycle();
  home.cloud.faults.next(STATE, answerOf('aqm/dead-cookies'));
  const { failure, asked } = await home.cycle();
  expect(failure).toBeNull();
  expect(asked).toContain('POST /auth/token');
});

test('the token and the cookies, without their quotes', async () => {
  const home = await startAqmHome(scratchDirectory(), { marketplace: 'amazon.co.uk' });
  home.cloud.faults.always('/auth/token', answerOf('aqm/token-ok'));
  home.cloud.faults.always('/ap/exchangetoken/cookies', answerOf('aqm/cookies-ok'));
  await home.cycle();
  const sent = home.cloud.requests.find(({ path }) => path === '/api/language')?.headers.cookie;
  expect(sent).toBe(
    'session-id=111-2223334-5556667; ubid-acbuk=777-8889990-1112223; session-token=invented; ' +
      'at-acbuk=Atza|invented; sess-at-acbuk=invented-too',
  );
});
