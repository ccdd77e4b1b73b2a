/** `npm run manual`: writes the example files and the reference pages again. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { installationDirectory } from '../config/find';
import { commandsPage } from './commands-page';
import { manualFiles } from './manual-files';

for (const [path, content] of Object.entries({ ...manualFiles(), 'docs/commands.md': commandsPage() })) {
  writeFileSync(join(installationDirectory(), path), content);
}
