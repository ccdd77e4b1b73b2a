/** What a login says about keys of its section that had to go. Their names are not shown: one may be a secret itself. */
import type { YamlEdit } from '../config/edit-yaml';
import { plural } from '../wording';

export function showRemoved(strays: readonly YamlEdit[], say: (text: string) => void): void {
  if (strays.length === 0) return;
  say(`${plural(strays.length, 'key')} of this section that cannot be used went away; the former file has them.\n`);
}
