/** Health that is run by another user than the collectors finds closed what is open to them: nothing is to be changed. */
import type { Remedy } from '../errors';
import { foreignOwner } from '../files/ownership';

/**
 * @param directory of the data, or of the logs
 * @returns the remedy; if the folder belongs to another user, to run health as that user instead of giving it away
 */
export function asOwner(directory: string, remedy: Remedy): Remedy {
  const owner = foreignOwner(directory);
  if (owner === null || !/\b(chown|chmod|namei|install)\b/.test(remedy.command)) return remedy;
  return { say: `These files belong to user ${owner}: check them as that user`, command: 'node bin/health.js' };
}
