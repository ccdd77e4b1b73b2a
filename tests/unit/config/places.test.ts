/** Where data and logs are: beside the configuration, or the user's own folders after an installation by npm. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAtFormerPlace, placesOf } from '../../../lib/config/places';
import { scratchDirectory } from '../../support/scratch';

const DEFAULTS = { data: 'data', logs: 'logs' };
const npm = (home: string, environment = {}) => ({
  environment,
  home: () => home,
  installation: '/usr/lib/node_modules/home-temperature-monitor',
});

test('in a clone, or with a configuration that is elsewhere: from the base directory', () => {
  const clone = { ...npm('/home/me'), installation: '/opt/htm' };
  expect(placesOf('/opt/htm/config/config.yaml', '/opt/htm', DEFAULTS, clone)).toEqual({
    data: '/opt/htm/data',
    logs: '/opt/htm/logs',
  });
  expect(placesOf('/etc/htm/config.yaml', '/etc/htm', DEFAULTS, npm('/home/me'))).toEqual({
    data: '/etc/htm/data',
    logs: '/etc/htm/logs',
  });
});

test("installed by npm: the user's folders for data and state, unless the configuration names others", () => {
  const home = scratchDirectory();
  const base = join(home, '.config/home-temperature-monitor');
  const file = join(base, 'config.yaml');
  expect(placesOf(file, base, DEFAULTS, npm(home))).toEqual({
    data: join(home, '.local/share/home-temperature-monitor'),
    logs: join(home, '.local/state/home-temperature-monitor'),
  });
  expect(placesOf(file, base, DEFAULTS, npm(home, { XDG_DATA_HOME: '/d', XDG_STATE_HOME: 'relative' }))).toEqual({
    data: '/d/home-temperature-monitor',
    logs: join(home, '.local/state/home-temperature-monitor'),
  });
  expect(placesOf(file, base, { data: '/mnt/data', logs: 'mine' }, npm(home))).toEqual({
    data: '/mnt/data',
    logs: join(base, 'mine'),
  });
});

test('a database beside the configuration stays there, with its logs', () => {
  const home = scratchDirectory();
  const base = join(home, '.config/home-temperature-monitor');
  const file = join(base, 'config.yaml');
  mkdirSync(join(base, 'data'), { recursive: true });
  writeFileSync(join(base, 'data', 'readings.db'), '');
  const places = placesOf(file, base, DEFAULTS, npm(home));
  expect(places).toEqual({ data: join(base, 'data'), logs: join(base, 'logs') });
  expect(isAtFormerPlace(file, places.data, npm(home))).toBe(true);
  expect(isAtFormerPlace(file, '/elsewhere', npm(home))).toBe(false);
});
