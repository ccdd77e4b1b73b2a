/** Whether anybody wants the rules about the home. */
import type { Config, Secrets } from '../config/config';

/** A home that sets none of these keys has no rules, and nothing is written. */
export function hasRules({ alerts, builtin_alerts, notify }: Config, secrets: Pick<Secrets, 'notify'>): boolean {
  return [alerts, builtin_alerts, notify, secrets.notify].some((section) => section !== undefined);
}
