/** Invalid names: the measurements of a device are stored even if its name is invalid. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ClipSensor } from '../../lib/simulator/hue-home-shape';
import { openHome, type Home } from '../support/home';
import { PROJECT_ROOT, type RunOptions } from '../support/run-command';

let home: Home;
afterEach(() => home.close());

const locations = () => home.query('SELECT location FROM readings ORDER BY location');
const lastCycle = async () => (await home.query('SELECT * FROM cycles ORDER BY started_at')).at(-1);

/** The sensors that the bridge lists, with the given bytes in the place of `@@`. */
function withBytes(bytes: readonly number[]): Buffer {
  const [before = '', after = ''] = JSON.stringify(home.bridge.home.resources.sensors).split('@@');
  return Buffer.concat([Buffer.from(before), Buffer.from(bytes), Buffer.from(after)]);
}

it.each([
  ['half a surrogate pair', 'Hall \ud83c', 'Hall \ufffd'],
  ['NUL', 'Hall \u0000', 'Hall \u0000'],
  ['300 characters', 'x'.repeat(300), 'x'.repeat(255)],
])('a room with %s in its name is stored', async (_, name, location) => {
  home = await openHome({ cloud: false });
  home.bridge.motionSensor(1).presence.name = name;
  expect(await home.run('collect-hue')).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
  const stored = await locations();
  expect(stored).toHaveLength(8);
  expect(stored).toContainEqual({ location });
  expect(await lastCycle()).toMatchObject({ outcome: 'ok', readings_stored: 8 });
  expect(home.logged('text_repaired').map(({ level }) => level)).toEqual(name === location ? [] : ['warning']);
});

it.each([
  ['of a switch', 'ZLLSwitch', 'K@@che', [0xfc], null],
  ['of a room', 'ZLLPresence', 'K@@che', [0xfc], 'K\ufffdche'],
  ['of a room, cut inside a character', 'ZLLPresence', 'K@@', [0xc3], 'K\ufffd'],
])('a byte that is not UTF-8 in the name %s: all temperatures are stored', async (_, type, name, bytes, location) => {
  home = await openHome({ cloud: false });
  const named = Object.values(home.bridge.home.resources.sensors).find((sensor) => sensor.type === type);
  Object.assign(named ?? {}, { name });
  home.bridge.state.sensorsBody = withBytes(bytes);
  expect(await home.run('collect-hue')).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
  const stored = await locations();
  expect(stored).toHaveLength(8);
  if (location !== null) expect(stored).toContainEqual({ location });
  expect(await lastCycle()).toMatchObject({ outcome: 'ok', endpoint: 'sensors', requests: 1 });
  expect(home.logged('text_repaired')).toMatchObject([{ level: 'warning' }]);
  const { checks } = JSON.parse((await home.run('health', ['hue', '--json'])).stdout) as { checks: object[] };
  expect(checks).toMatchObject([
    { name: 'hue', status: 'warn', remediation: expect.stringContaining('Hue app') as string },
  ]);
});

it('an id of 256 characters is malformed: left out, reported, exit 3', async () => {
  home = await openHome({ cloud: false });
  home.bridge.motionSensor(1).temperature.uniqueid = 'x'.repeat(256);
  const { exitCode, stderr } = await home.run('collect-hue');
  expect(exitCode).toBe(3);
  expect(stderr).toContain('malformed');
  expect(await locations()).toHaveLength(7);
  expect(JSON.parse(String((await lastCycle())?.['devices_skipped']))).toEqual({
    [`hue:${'x'.repeat(255)}`]: 'malformed',
  });
});

it('a dead entry listed before the living sensor of the same id: the living one is stored, health reports the dead one', async () => {
  home = await openHome({ cloud: false });
  const { sensors } = home.bridge.home.resources;
  const living = home.bridge.motionSensor(1).temperature;
  sensors['0'] = { ...living, config: { ...living.config, reachable: false } };
  expect(await home.run('collect-hue')).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
  expect(await locations()).toHaveLength(8);
  expect(home.logged('duplicate_id')).toMatchObject([{ level: 'warning', device_id: `hue:${living.uniqueid}` }]);
  const { checks } = JSON.parse((await home.run('health', ['hue', '--json'])).stdout) as { checks: object[] };
  expect(checks).toMatchObject([
    {
      status: 'warn',
      message: expect.stringContaining(`hue:${living.uniqueid} is listed more than once`) as string,
      remediation: expect.stringContaining('remove the old one') as string,
    },
  ]);
});

it('a name of a megabyte that 300 sensors share: all stored, and not 300 megabytes', async () => {
  home = await openHome({ cloud: false });
  const { presence, temperature } = home.bridge.motionSensor(1);
  presence.name = 'x'.repeat(1_000_000);
  const parts = Array.from({ length: 300 }, (_, n): [string, ClipSensor] => [
    String(1000 + n),
    { ...temperature, uniqueid: `${temperature.uniqueid}-${n}` },
  ]);
  home.bridge.state.sensorsBody = JSON.stringify({
    ...home.bridge.home.resources.sensors,
    ...Object.fromEntries(parts),
  });
  const file = join(home.directory, 'peak-memory');
  const measured: RunOptions = {
    wrapper: ['/bin/sh', '-c', `exec "$@" 3>${file}`, 'sh'],
    environment: { NODE_OPTIONS: `--require ${join(PROJECT_ROOT, 'tests/campaigns/bench/peak-memory.cjs')}` },
  };
  expect((await home.run('collect-hue', ['--json'], measured)).exitCode).toBe(0);
  expect(await locations()).toHaveLength(308);
  expect(Number(readFileSync(file, 'utf8')) / 1000).toBeLessThan(250);
});
