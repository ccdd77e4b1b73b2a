/** winston with winston-daily-rotate-file as published, set up as well as its options allow, for comparison. */
import { mkdirSync } from 'node:fs';
import winston from 'winston';
import DailyRotateFile from 'winston-daily-rotate-file';
import type { LoggingConfig } from '../../../lib/config/config';
import type { FileLogger } from '../../../lib/logging/create-logger';

export function createPlainLogger(config: LoggingConfig, program: string): Pick<FileLogger, 'info'> {
  mkdirSync(config.directory, { recursive: true });
  const transport = new DailyRotateFile({
    dirname: config.directory,
    // With this option its file names have no date.
    filename: '%DATE%',
    datePattern: `[${program}.log]`,
    maxSize: Math.floor(config.max_file_mb * 1_000_000),
    maxFiles: config.max_backups + 1,
    watchLog: true,
  });
  transport.on('error', () => undefined);
  const logger = winston.createLogger({
    level: config.level,
    format: winston.format.combine(winston.format.timestamp(), winston.format.json()),
    // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- its types and winston's differ in name only
    transports: [transport],
  });
  return {
    info: (event, message, fields) => void logger.info({ level: 'info', message, event, program, ...fields }),
  };
}
