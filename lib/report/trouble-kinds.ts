/** What a problem of the home looks like in a report. */
import type { CollectorName } from '../sources/all';

export interface Trouble {
  kind:
    | 'alert'
    | 'no_cycle'
    | 'failed_cycles'
    | 'gap'
    | 'skipped'
    | 'vanished'
    | 'stale'
    | 'future'
    | 'spool'
    | 'home_alert';
  collector: CollectorName | null;
  message: string;
}
