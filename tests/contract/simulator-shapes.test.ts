/**
 * The simulator against recordings of real devices: what it tells has the keys and kinds of values that were seen. A
 * recording may be older and know less, or be of a device that was never used, so a kind of `null` fits everything.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { capabilityStatesOf, endpointOf, monitors } from '../../lib/simulator/alexa-monitors';
import { startHueBridge } from '../../lib/simulator/hue-bridge';
import type { ClipSensor } from '../../lib/simulator/hue-home';

const FIXTURES = join(__dirname, '../../../shared/fixtures');
const read = (path: string): unknown => JSON.parse(readFileSync(join(FIXTURES, path), 'utf8'));
const recordedTest = existsSync(FIXTURES) ? test : test.skip;
const note = existsSync(FIXTURES) ? '' : ' (skipped: no ../shared/fixtures here)';

/** `{a: 1, b: {c: 'x'}}` → `{a: 'number', 'b.c': 'string'}`; of a list, its first element. */
function kinds(value: unknown, path = ''): Record<string, string> {
  if (value === null || typeof value !== 'object') return { [path]: value === null ? 'null' : typeof value };
  if (Array.isArray(value)) return value.length === 0 ? {} : kinds(value[0], `${path}[]`);
  const parts = Object.entries(value).map(([key, inner]) => kinds(inner, path === '' ? key : `${path}.${key}`));
  return Object.assign({}, ...parts) as Record<string, string>;
}

function expectSameKinds(simulated: unknown, recorded: unknown): void {
  const ours = kinds(simulated);
  const theirs = kinds(recorded);
  expect(Object.keys(ours).sort()).toEqual(Object.keys(theirs).sort());
  const differing = Object.entries(ours).filter(
    ([path, kind]) => kind !== theirs[path] && ![kind, theirs[path]].includes('null'),
  );
  expect(differing).toEqual([]);
}

async function simulatedSensors(): Promise<ClipSensor[]> {
  const bridge = await startHueBridge({ protocols: ['http'] });
  try {
    const response = await fetch(`${bridge.url}/api/${bridge.key}/sensors`);
    return Object.values((await response.json()) as Record<string, ClipSensor>);
  } finally {
    await bridge.close();
  }
}

recordedTest.each(['Daylight', 'ZLLPresence', 'ZLLLightLevel', 'ZLLTemperature', 'Geofence', 'CLIPGenericStatus'])(
  `a simulated %s has the shape of a recorded one${note}`,
  async (type) => {
    const recorded = Object.values(read('hue/v1-sensors-5motion-2021.json') as Record<string, ClipSensor>);
    const ours = (await simulatedSensors()).find((sensor) => sensor.type === type);
    expectSameKinds(
      ours,
      recorded.find((sensor) => sensor.type === type),
    );
  },
);

recordedTest(`the full configuration has the parts of a recorded one${note}`, async () => {
  const bridge = await startHueBridge({ protocols: ['http'] });
  const response = await fetch(`${bridge.url}/api/${bridge.key}`);
  const full = (await response.json()) as Record<string, Record<string, object>>;
  await bridge.close();
  const recorded = read('hue/v1-fullconfig-no-temperature-2018.json') as typeof full;
  expect(Object.keys(full).sort()).toEqual(Object.keys(recorded).sort());
  for (const part of ['lights', 'scenes', 'rules']) {
    const keysOf = (of: typeof full) => Object.keys(Object.values(of[part] ?? {})[0] ?? {});
    expect(keysOf(full)).toEqual(expect.arrayContaining(keysOf(recorded)));
  }
});

interface Discovery {
  data: { endpoints: { items: { legacyAppliance: { capabilities: { instance?: string }[] } }[] } };
}

recordedTest(`a simulated monitor is discovered like the reconstructed one${note}`, () => {
  const recorded = (read('aqm/02-graphql-endpoints-aqm.RECONSTRUCTED.json') as Discovery).data.endpoints.items[0];
  const ours = endpointOf(monitors(1)[0] as never) as typeof recorded;
  const withoutCapabilities = (item: typeof recorded) => ({ ...item?.legacyAppliance, capabilities: [] });
  expectSameKinds(withoutCapabilities(ours), withoutCapabilities(recorded));
  const meanings = (item: typeof recorded) =>
    item?.legacyAppliance.capabilities
      .filter((one) => one.instance !== undefined)
      .map((one) => [one.instance, (one as { resources?: unknown }).resources])
      .sort();
  expect(meanings(ours)).toEqual(meanings(recorded));
});

recordedTest(`a simulated monitor tells its state like the reconstructed one${note}`, () => {
  interface States {
    deviceStates: { capabilityStates: string[] }[];
  }
  const recorded =
    (read('aqm/03-phoenix-state-aqm.RECONSTRUCTED.json') as States).deviceStates[0]?.capabilityStates ?? [];
  const [monitor] = monitors(1);
  const byInterface = (states: unknown[]) =>
    Object.fromEntries(
      states
        .map((one) => JSON.parse(one as string) as { namespace: string; instance?: string })
        .map((one) => [`${one.namespace} ${one.instance ?? ''}`, one]),
    );
  expectSameKinds(byInterface(capabilityStatesOf(monitor as never, Date.now())), byInterface(recorded));
});
