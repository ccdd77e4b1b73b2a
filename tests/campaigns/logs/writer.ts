/**
 * A process that writes numbered lines and ends in a given way: `node writer.js JSON`. If it
 * reaches its end, it prints the number of lines written and, if asked for, the median time of one in microseconds.
 */
import { writeSync } from 'node:fs';
import { createLogger } from '../../../lib/logging/create-logger';
import { createRedactor } from '../../../lib/logging/redact';
import type { FileLogger } from '../../../lib/logging/create-logger';
import type { Program } from '../../../lib/logging/programs';
import type * as Plain from './plain-logger';

export interface WriterTask {
  directory: string;
  program: Program;
  /** distinguishes the lines of several writers */
  writer: number;
  lines: number;
  /** bytes of a line, about */
  lineBytes: number;
  end: 'natural' | 'exit' | 'throw' | 'reject' | 'SIGTERM' | 'SIGKILL';
  /** winston-daily-rotate-file without our engine, for comparison */
  plain?: boolean;
  maxFileMb: number;
  maxBackups: number;
  maxTotalMb: number;
  minFreeMb?: number;
  /** prints each number on stdout when its call has returned */
  acknowledge?: boolean;
  /** measures each call */
  timeLines?: boolean;
}

const task = JSON.parse(process.argv[2] ?? '{}') as WriterTask;
const config = {
  directory: task.directory,
  level: 'info',
  max_file_mb: task.maxFileMb,
  max_backups: task.maxBackups,
  max_total_mb: task.maxTotalMb,
  min_free_mb: task.minFreeMb ?? 0,
} as const;
const logger = task.plain ? plainLogger() : createLogger({ config, program: task.program, redact: createRedactor() });

/** Returns to the event loop from time to time, as a working program does. */
const BATCH = 500;
const microseconds: number[] = [];
let next = 1;

function plainLogger(): Pick<FileLogger, 'info'> {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- needs the parts of winston that our bundles leave out
  return (require('./plain-logger') as typeof Plain).createPlainLogger(config, task.program);
}

function writeBatch(): void {
  for (const last = Math.min(task.lines, next + BATCH - 1); next <= last; next++) {
    const padding = 'x'.repeat(Math.max(0, task.lineBytes - 150));
    const startedAt = performance.now();
    logger.info('numbered', padding, { writer: task.writer, line: next });
    if (task.timeLines) microseconds.push((performance.now() - startedAt) * 1000);
    if (task.acknowledge) say(`${next}\n`);
  }
  if (next <= task.lines) setImmediate(writeBatch);
  else end();
}

/** The reader of the pipe may be slower than we are. */
function say(text: string): void {
  for (;;) {
    try {
      writeSync(1, text);
      return;
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code !== 'EAGAIN') throw thrown;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}

function end(): void {
  if (task.timeLines) {
    const median = microseconds.sort((one, other) => one - other)[microseconds.length >> 1];
    say(JSON.stringify({ median }));
  }
  switch (task.end) {
    case 'natural':
      return;
    case 'exit':
      process.exit(0);
      break;
    case 'throw':
      throw new Error('nobody catches this');
    case 'reject':
      void Promise.reject(new Error('nobody handles this'));
      return;
    case 'SIGTERM':
    case 'SIGKILL':
      process.kill(process.pid, task.end);
      for (;;); // until it arrives
  }
}

writeBatch();
