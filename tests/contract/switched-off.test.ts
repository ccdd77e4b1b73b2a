/** The campaign that switches mechanisms off (`npm run switched-off`) takes long; that it still fits the code is seen here. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MECHANISMS } from '../campaigns/switched-off/mechanisms';
import { PROJECT_ROOT } from '../support/run-command';

test.each(MECHANISMS.map(({ name, edits }) => [name, edits] as const))(
  '%s: what is switched off is there',
  (_, edits) => {
    for (const [file, text] of edits) {
      const places = readFileSync(join(PROJECT_ROOT, file), 'utf8').split(text).length - 1;
      expect({ file, text, places }).toEqual({ file, text, places: 1 });
    }
  },
);
