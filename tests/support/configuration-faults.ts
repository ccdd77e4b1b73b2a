/** What is wrong with a config.yaml. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigurationError, formatFault } from '../../lib/config/faults';
import { loadConfig } from '../../lib/config/load';
import { scratchDirectory } from './scratch';
import { thrownBy } from './thrown';

export function errorOf(text: string): ConfigurationError {
  const file = join(scratchDirectory(), 'config.yaml');
  writeFileSync(file, text);
  return thrownBy(ConfigurationError, () => loadConfig(file));
}

/** The faults without the file's path, of a text with only correct parts besides. */
export function faultsOf(text: string): string[] {
  return errorOf(`amazon_aqm: {}\n${text}`).faults.map((fault) => formatFault({ ...fault, file: 'F' }));
}
