import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfig } from '../../../lib/config/load';
import { scratchDirectory } from '../../support/scratch';

test('a file with one key has all others by default, and absolute paths', () => {
  const directory = scratchDirectory();
  const file = join(directory, 'config.yaml');
  writeFileSync(file, 'amazon_aqm:\n  marketplace: amazon.de\n');
  const config = loadConfig(file);
  expect(config.amazon_aqm?.enabled).toBe(true);
  expect(config.hue).toBeNull();
  expect(config.storage).toMatchObject({ data_directory: join(directory, 'data'), file_mode: 0o600 });
});
