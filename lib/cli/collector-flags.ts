/** The flags both collectors have. */
import { COMMON_FLAGS, type Flag } from './arguments';

export const COLLECTOR_FLAGS: readonly Flag[] = [
  { name: 'dry-run', help: 'read and print, store nothing' },
  { name: 'quiet-repeats', help: 'for crontabs: say the same failure at most once in 24 hours' },
  ...COMMON_FLAGS,
];
