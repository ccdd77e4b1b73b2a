/** One line in the log: winston, the directory's lock, the cap, the file. */
import { join } from 'node:path';
import { createLogger } from '../../../lib/logging/create-logger';
import { createRedactor } from '../../../lib/logging/redact';

createLogger({
  config: {
    directory: join(process.argv[2] ?? '', 'logs'),
    level: 'info',
    max_file_mb: 10,
    max_backups: 5,
    max_total_mb: 60,
    min_free_mb: 0,
  },
  program: 'collect-hue',
  redact: createRedactor(),
}).info('profile', 'one line');
process.exit(0);
