/** A device that cannot be asked, because its key or token is missing, or cannot be read. */
import type { SecretSection } from '../config/secrets';
import type { Remedy } from '../errors';
import type { Installation, Judgement } from './check';

/**
 * @param what the key of which device: `key for the bridge`
 * @param login what writes it
 */
export function noKey(
  { secrets, secretsFailure }: Pick<Installation, 'secrets' | 'secretsFailure'>,
  { section, what, login }: { section: SecretSection; what: string; login: Remedy },
): Judgement {
  // A login does not help if the file cannot be read.
  const own = (secretsFailure ?? secrets?.faults[section])?.remedy;
  const remediation = own === undefined || own.command === '' ? login : own;
  const message = `not asked: there is no usable ${what}`;
  return { message: '', problems: [{ status: 'fail', message, remediation, causedBy: 'secrets' }], details: {} };
}
