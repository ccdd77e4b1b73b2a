/** `npm run manual`: writes the example files and the reference page anew. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { installationDirectory } from '../config/find';
import { manualFiles } from './manual-files';

for (const [path, content] of Object.entries(manualFiles())) {
  writeFileSync(join(installationDirectory(), path), content);
}
