/**
 * The simulator against payloads in the shapes of real devices: what it answers has the keys and kinds of values that
 * were seen. A payload may be older and know less, or be of a device that was never used, so a kind of `null` fits
 * everything.
 */
import { applianceOf } from '../../lib/simulator/aqm-endpoints';
import { capabilityStatesOf, monitors } from '../../lib/simulator/aqm-monitors';
import type { ClipSensor } from '../../lib/simulator/hue-home-shape';
import { generatedPayloads } from '../fixtures/generate';
import { parsedPayload, payload } from '../support/payloads';

/** `{a: 1, b: {c: 'x'}}` → `{a: 'number', 'b.c': 'string'}`; of a list, its first element. */
function kinds(value: unknown, path = ''): Record<string, string> {
  if (value === null || typeof value !== 'object') return { [path]: value === null ? 'null' : typeof value };
  if (Array.isArray(value)) return value.length === 0 ? {} : kinds(value[0], `${path}[]`);
  const parts = Object.entries(value).map(([key, inner]) => kinds(inner, path === '' ? key : `${path}.${key}`));
  return Object.assign({}, ...parts) as Record<string, string>;
}

function expectSameKinds(simulated: unknown, seen: unknown): void {
  const ours = kinds(simulated);
  const theirs = kinds(seen);
  expect(Object.keys(ours).sort()).toEqual(Object.keys(theirs).sort());
  const differing = Object.entries(ours).filter(
    ([path, kind]) => kind !== theirs[path] && ![kind, theirs[path]].includes('null'),
  );
  expect(differing).toEqual([]);
}

test('the script makes the generated payloads again, byte for byte', async () => {
  const made = await generatedPayloads();
  const kept = Object.keys(made).map((file) => [file, payload(file.replace(/\.json$/, ''))]);
  expect(made).toEqual(Object.fromEntries(kept));
});

type Sensors = Record<string, ClipSensor>;
const ofType = (name: string, type: string) =>
  Object.values(parsedPayload(name) as Sensors).find((sensor) => sensor.type === type);

test.each(['Daylight', 'ZLLPresence', 'ZLLLightLevel', 'ZLLTemperature', 'Geofence', 'CLIPGenericStatus'])(
  'a simulated %s has the shape of a real one',
  (type) => {
    expectSameKinds(ofType('hue/sensors.generated', type), ofType('hue/sensors-modern', type));
  },
);

test('the simulated full configuration has the parts of a real one', () => {
  type Full = Record<string, Record<string, object>>;
  const full = parsedPayload('hue/full-configuration.generated') as Full;
  const seen = parsedPayload('hue/full-configuration-without-temperature') as Full;
  expect(Object.keys(full).sort()).toEqual(Object.keys(seen).sort());
  for (const part of ['lights', 'scenes', 'rules']) {
    const keysOf = (of: Full) => Object.keys(Object.values(of[part] ?? {})[0] ?? {});
    expect(keysOf(full)).toEqual(expect.arrayContaining(keysOf(seen)));
  }
});

interface Discovery {
  data: { endpoints: { items: { legacyAppliance: { capabilities: { instance?: string }[] } }[] } };
}

test('a simulated monitor is discovered like a real one', () => {
  const seen = (parsedPayload('aqm/discovery') as Discovery).data.endpoints.items[0];
  const ours = { legacyAppliance: applianceOf(monitors(1)[0] as never) } as unknown as typeof seen;
  const withoutCapabilities = (item: typeof seen) => ({ ...item?.legacyAppliance, capabilities: [] });
  expectSameKinds(withoutCapabilities(ours), withoutCapabilities(seen));
  const meanings = (item: typeof seen) =>
    item?.legacyAppliance.capabilities
      .filter((one) => one.instance !== undefined)
      .map((one) => [one.instance, (one as { resources?: unknown }).resources])
      .sort();
  expect(meanings(ours)).toEqual(meanings(seen));
});

test('a simulated monitor answers its state like a real one', () => {
  const seen = parsedPayload('aqm/state') as { deviceStates: { capabilityStates: string[] }[] };
  const byInterface = (states: unknown[]) =>
    Object.fromEntries(
      states
        .map((one) => JSON.parse(one as string) as { namespace: string; instance?: string })
        .map((one) => [`${one.namespace} ${one.instance ?? ''}`, one]),
    );
  const ours = capabilityStatesOf(monitors(1)[0] as never, Date.now());
  expectSameKinds(byInterface(ours), byInterface(seen.deviceStates[0]?.capabilityStates ?? []));
});
