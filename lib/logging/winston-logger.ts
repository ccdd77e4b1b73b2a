/** The heavy half of the logger: winston, its file transport, and the lines about what the transport itself does. */
import createWinstonLogger from 'winston/lib/winston/create-logger';
import { MESSAGE } from 'triple-beam';
import { describeFileError, fileError } from '../files/file-error';
import { asMonitorError, MonitorError } from '../errors';
import { LEVELS, type Level } from '../config/config';
import type { CompleteLoggerOptions, TryAgain } from './logger-options';
import { formatLine, MAX_LINE_BYTES } from './line';
import type { Fields } from './logger';
import { RotateFileTransport } from './rotate-file-transport';
import type { LogFileEvent } from './rotating-file';

const MEGABYTE = 1_000_000;

export interface WinstonLogger {
  log(level: Level, event: string, message: string, fields?: Fields): void;
  finish(again?: TryAgain): Promise<void>;
  /** What must still be said before the process ends; synchronous. */
  close(): void;
}

export function createWinstonBackedLogger(options: CompleteLoggerOptions): WinstonLogger {
  const { config, program, redact, now, complain } = options;
  const maxFileBytes = Math.floor(config.max_file_mb * MEGABYTE);
  const maxLineBytes = Math.min(MAX_LINE_BYTES, maxFileBytes);
  const transport = new RotateFileTransport({
    directory: config.directory,
    program,
    maxFileBytes,
    maxBackups: config.max_backups,
    maxTotalBytes: Math.floor(config.max_total_mb * MEGABYTE),
    minFreeBytes: Math.floor(config.min_free_mb * MEGABYTE),
    fs: options.fs,
  });
  const winston = createWinstonLogger({
    levels: Object.fromEntries(LEVELS.map((level, index) => [level, index])),
    level: config.level,
    // The line is formatted before winston gets it: an error inside a format would end the process.
    // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- winston only calls `transform`
    format: { transform: (info) => info },
    // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- its base is declared as a value, not as a class
    transports: [transport],
  });

  let dropped = 0;
  let complained = false;
  let rotationFailure: unknown;

  function log(level: Level, event: string, message: string, fields?: Fields): void {
    try {
      const record = { timestamp: now(), level, program, event, message, fields };
      winston.write({ level, message, [MESSAGE]: formatLine(record, redact, maxLineBytes) });
    } catch (thrown) {
      sayUnwritable(thrown);
    }
  }

  function sayUnwritable(thrown: unknown, done = 'written'): void {
    if (complained) return;
    complained = true;
    const failure = thrown instanceof Error ? fileError('write', config.directory, thrown, config.directory) : null;
    const remedy = failure === null ? '' : ` ${failure.remediation}`;
    complain(
      redact(
        `${program}: the log in ${config.directory} cannot be ${done}: ${describeFileError(thrown).replace(/\.$/, '')}.${remedy}\n`,
      ),
    );
  }

  transport.on('unwritable', (thrown) => sayUnwritable(thrown));

  transport.on('fileEvent', (event: LogFileEvent) => {
    switch (event.kind) {
      case 'rotate':
        log('info', 'rotation', `the log file was rotated at ${event.bytes} bytes`, {
          bytes: event.bytes,
          backup: event.to,
        });
        break;
      case 'low_space':
        log('warning', 'low_disk_space', 'too little disk space to rotate the log: the current file goes on', {
          directory: config.directory,
          free_mb: Math.floor(event.freeBytes / MEGABYTE),
          min_free_mb: config.min_free_mb,
        });
        break;
      case 'lock_in_the_way':
        sayUnwritable(event.error, 'locked, so that it is not rotated');
        break;
      case 'rotation_failed':
        rotationFailure = event.error;
        break;
      case 'dropped':
        dropped++;
        break;
      case 'new':
      case 'removed':
        break;
    }
  });

  const file = `${config.directory}/${program}.log`;

  /** The first of the tries is the one that failed while the collection was under way. */
  async function finish(again?: TryAgain): Promise<void> {
    if (rotationFailure === undefined || again === undefined) return;
    const failure = rotationFailure;
    rotationFailure = undefined;
    let tries = 0;
    try {
      await again({ operation: 'log.rotate', endpoint: file }, () => {
        if (tries++ === 0) throw rotationError(failure);
        try {
          transport.rotateNow();
        } catch (thrown) {
          throw rotationError(thrown);
        }
      });
    } catch (thrown) {
      sayRotationFailed(thrown);
    }
  }

  function sayRotationFailed(thrown: unknown): void {
    log(
      'critical',
      'rotation_failed',
      `the log file could not be rotated and goes on: ${asMonitorError(thrown).message}`,
      {
        file,
        error: thrown,
      },
    );
  }

  function close(): void {
    if (rotationFailure !== undefined) sayRotationFailed(rotationError(rotationFailure));
    rotationFailure = undefined;
    if (dropped > 0) {
      log(
        'warning',
        'lines_dropped',
        `the logs have reached max_total_mb: ${dropped} lines below warning were left out`,
        {
          dropped,
          max_total_mb: config.max_total_mb,
        },
      );
    }
    dropped = 0;
    try {
      transport.close();
    } catch (thrown) {
      sayUnwritable(thrown); // at the process's end nothing is left to catch it
    }
  }

  return { log, finish, close };
}

function rotationError(thrown: unknown): MonitorError {
  return new MonitorError(`rotating the log failed: ${describeFileError(thrown)}`, {
    type: 'file_system',
    permanent: false,
    cause: thrown,
  });
}
