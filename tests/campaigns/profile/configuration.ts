/** Both files read, checked and resolved. */
import { join } from 'node:path';
import { loadConfig } from '../../../lib/config/load';
import { loadSecrets } from '../../../lib/config/secrets';

const directory = join(process.argv[2] ?? '', 'config');
loadConfig(join(directory, 'config.yaml'));
loadSecrets(join(directory, 'secrets.yaml'));
process.exit(0);
