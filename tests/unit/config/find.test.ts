import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { defaultDirectory, findFiles, installationDirectory, type Surroundings } from '../../../lib/config/find';
import { scratchDirectory } from '../../support/scratch';

const SURROUNDINGS: Surroundings = { environment: {}, installation: '/opt/monitor', home: () => '/home/me' };

test('the files of the installation are the default, in any working directory', () => {
  expect(findFiles({}, SURROUNDINGS)).toEqual({
    config: '/opt/monitor/config/config.yaml',
    secrets: '/opt/monitor/config/secrets.yaml',
  });
});

test('flags go before the environment, and both start at the working directory', () => {
  const environment = { HOME_MONITOR_CONFIG: 'env/c.yaml', HOME_MONITOR_SECRETS: '/env/s.yaml' };
  expect(findFiles({}, { ...SURROUNDINGS, environment })).toEqual({
    config: resolve('env/c.yaml'),
    secrets: '/env/s.yaml',
  });
  expect(findFiles({ config: 'flag.yaml', secrets: './s.yaml' }, { ...SURROUNDINGS, environment })).toEqual({
    config: resolve('flag.yaml'),
    secrets: resolve('s.yaml'),
  });
});

test('an empty environment variable counts as none', () => {
  const environment = { HOME_MONITOR_CONFIG: '', HOME_MONITOR_SECRETS: '' };
  expect(findFiles({}, { ...SURROUNDINGS, environment })).toEqual(findFiles({}, SURROUNDINGS));
});

describe('the secrets of a configuration file that was named', () => {
  test('lie next to it', () => {
    expect(findFiles({ config: '/etc/monitor/my.yaml' }, SURROUNDINGS).secrets).toBe('/etc/monitor/secrets.yaml');
  });

  test('are those of the installation if none lie next to it', () => {
    const directory = scratchDirectory();
    const installation = join(directory, 'installation');
    mkdirSync(join(installation, 'config'), { recursive: true });
    writeFileSync(join(installation, 'config', 'secrets.yaml'), '');
    const config = join(directory, 'my.yaml');
    const surroundings = { ...SURROUNDINGS, installation };
    expect(findFiles({ config }, surroundings).secrets).toBe(join(installation, 'config', 'secrets.yaml'));
    writeFileSync(join(directory, 'secrets.yaml'), '');
    expect(findFiles({ config }, surroundings).secrets).toBe(join(directory, 'secrets.yaml'));
  });
});

describe('an installation that npm manages', () => {
  const npm = { ...SURROUNDINGS, installation: '/usr/lib/node_modules/home-temperature-monitor' };

  test("has its files in the user's configuration folder", () => {
    expect(defaultDirectory(npm)).toBe('/home/me/.config/home-temperature-monitor');
    const environment = { XDG_CONFIG_HOME: '/xdg' };
    expect(defaultDirectory({ ...npm, environment })).toBe('/xdg/home-temperature-monitor');
  });

  test('ignores a relative XDG_CONFIG_HOME, as its specification says', () => {
    const environment = { XDG_CONFIG_HOME: 'relative' };
    expect(defaultDirectory({ ...npm, environment })).toBe('/home/me/.config/home-temperature-monitor');
  });

  test('is known by the whole name of a folder', () => {
    expect(defaultDirectory({ ...npm, installation: '/home/my_node_modules/x' })).toBe(
      '/home/my_node_modules/x/config',
    );
  });
});

test('the installation is the folder with package.json', () => {
  expect(existsSync(join(installationDirectory(), 'package.json'))).toBe(true);
  expect(installationDirectory()).toBe(resolve(__dirname, '..', '..', '..'));
});
