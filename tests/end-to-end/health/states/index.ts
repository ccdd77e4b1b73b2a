/** All broken states, in the order of the table in docs/health.md, which is made from this list. */
import type { BrokenState } from './broken-state';
import { CONFIG_STATES, SECRETS_STATES } from './configuration';
import { AMAZON_STATES, HUE_STATES } from './devices';
import { DATABASE_STATES } from './database';
import { DISK_STATES, LOGGING_STATES } from './disk-and-logs';
import { ALERT_STATES, CLOCK_STATES, FRESHNESS_STATES } from './time';

export const BROKEN_STATES: readonly BrokenState[] = [
  ...CONFIG_STATES,
  ...SECRETS_STATES,
  ...DATABASE_STATES,
  ...LOGGING_STATES,
  ...DISK_STATES,
  ...HUE_STATES,
  ...AMAZON_STATES,
  ...FRESHNESS_STATES,
  ...CLOCK_STATES,
  ...ALERT_STATES,
];
