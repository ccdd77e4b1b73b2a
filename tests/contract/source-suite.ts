/** What every source must do, for any device: the Hue Bridge and the air quality monitors both pass it. */
import { asMonitorError, MonitorError } from '../../lib/errors';
import { noTraffic, type Traffic } from '../../lib/http/observed';
import { startDeadline, type Deadline } from '../../lib/reliability/deadline';
import { fault } from '../../lib/simulator/faults';
import type { FaultScript, RequestMatcher } from '../../lib/simulator/fault-script';
import type { DeviceAnswer, Source, SourceRow } from '../../lib/sources/source';
import { accepted } from '../support/accepted';
import { until } from '../support/until';

export interface SourceUnderTest {
  row: SourceRow;
  /** may be read once */
  source(traffic: Traffic, deadline: Deadline): Source;
  faults: FaultScript;
  /** how many requests have come in */
  requests(): number;
  /** the requests that bring the values */
  values: RequestMatcher;
  /** the devices that are there, each with a value */
  deviceIds: string[];
  /** takes all devices away */
  empty(): void;
  /** refuses the key, or the login, for good */
  refuse(): void;
  /** gives the first device values that make no sense */
  spoil(): void;
}

export function describeSource(name: string, open: () => Promise<SourceUnderTest>): void {
  describe(`${name} as a source`, () => {
    let under: SourceUnderTest;
    let traffic: Traffic;
    let deadline: Deadline;
    beforeEach(async () => {
      under = await open();
      traffic = noTraffic();
      deadline = startDeadline(60_000, 0);
    });
    afterEach(() => deadline.clear());

    const read = () => under.source(traffic, deadline).read();
    const failure = () => read().then(() => null, asMonitorError);

    test('an answer: one reading a device, all seen, the traffic counted', async () => {
      const { row } = under;
      const devices = await read();
      for (const device of devices) {
        if ('part' in device) throw device.failure;
        expect(device.deviceId.startsWith(`${row.idPrefix}:`)).toBe(true);
        expect(row.quantities).toEqual(expect.arrayContaining(Object.keys('values' in device ? device.values : {})));
      }
      const report = accepted(devices, { row });
      expect(report.readings.map(({ device_id }) => device_id).sort()).toEqual([...under.deviceIds].sort());
      expect(report).toMatchObject({ skipped: {}, devicesSeen: under.deviceIds.length });
      for (const reading of report.readings) {
        expect(reading).toMatchObject({ device_type: row.deviceType, is_anomalous: false });
        expect(reading.location).not.toBe('');
        expect(reading.measured_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
        expect(Number.isFinite(reading.temperature_celsius)).toBe(true);
      }
      expect(traffic.requests).toBe(under.requests());
      expect(traffic.payloadBytes).toBeGreaterThan(0);
      expect(traffic.endpoint).not.toBeNull();
    });

    test('an empty answer: no reading is made up, and it is not a success', async () => {
      under.empty();
      const answer = await read().catch((thrown: unknown) => thrown as MonitorError | DeviceAnswer[]);
      if (answer instanceof MonitorError) expect(answer).toMatchObject({ type: 'no_monitor', permanent: true });
      else expect(answer).toEqual([]);
    });

    test('a refusal: permanent, not repeated, with the command to type', async () => {
      under.refuse();
      const refused = await failure();
      expect(refused).toMatchObject({
        permanent: true,
        remediation: expect.stringMatching(/node bin\/auth-/) as string,
      });
      expect(['unauthorized', 'login_needed']).toContain(refused?.type);
      expect(traffic.requests).toBe(1);
    });

    test('a bad value: that device is skipped as malformed, the others have their readings', async () => {
      under.spoil();
      const { readings, skipped, devicesSeen } = accepted(await read(), { row: under.row });
      const [spoiled = '', ...others] = under.deviceIds;
      expect(skipped).toEqual({ [spoiled]: 'malformed' });
      expect(readings.map(({ device_id }) => device_id).sort()).toEqual([...others].sort());
      expect(devicesSeen).toBe(under.deviceIds.length);
    });

    test('an answer that is not one: repeated, then invalid_response', async () => {
      under.faults.always(under.values, fault.json(['strange']));
      expect(await failure()).toMatchObject({ type: 'invalid_response' });
      expect(traffic.endpoint).toBeNull();
    });

    test.each(['deadline', 'interrupted'] as const)(
      'the end of the cycle (%s) ends a hanging request',
      async (type) => {
        under.faults.next(under.values, fault.silence());
        const reading = failure();
        await until(() => under.faults.pending === 0);
        deadline.interrupt(new MonitorError('it is over', { type, permanent: true }));
        expect(await reading).toMatchObject({ type });
      },
    );
  });
}
