/**
 * winston-daily-rotate-file with other code for the file: its stream (file-stream-rotator) buffers, loses what is
 * buffered when the process ends, fails for good when the disk is full and forgets its files. Options, events and place in
 * winston stay as they are.
 */
import { Writable } from 'node:stream';
import { MESSAGE, LEVEL } from 'triple-beam';
import DailyRotateFile from 'winston-daily-rotate-file/daily-rotate-file';
import { RotatingFile, type LogFileEvent, type RotatingFileOptions } from './rotating-file';

/** Lines of these levels are kept when others are dropped. */
const IMPORTANT: ReadonlySet<unknown> = new Set(['critical', 'error', 'warning']);

/** What winston hands to a transport; the formatted line is under the symbol MESSAGE. */
type Info = Record<symbol, unknown>;

/**
 * Events: `new` (file), `rotate` (old file, new file), `logRemoved` (file), as the base has them; and `fileEvent`
 * (LogFileEvent) for everything, `unwritable` (error, line) for a line that could not be written. Never `error`, which
 * would end the process.
 */
export class RotateFileTransport extends DailyRotateFile {
  readonly #file: RotatingFile;

  constructor(options: RotatingFileOptions) {
    // With its own stream the base does not load file-stream-rotator; nothing is ever written to that stream.
    super({ stream: new Writable() });
    this.#file = new RotatingFile(options);
    this.dirname = options.directory;
    this.filename = `${options.program}.log`;
    const { directory: dirname, maxFileBytes: maxSize, maxBackups: maxFiles } = options;
    Object.assign(this.options, { dirname, filename: this.filename, maxSize, maxFiles });
  }

  override log(info: Info, next: () => void): void {
    const line = info[MESSAGE] as string;
    try {
      this.#emitAll(this.#file.append(`${line}\n`, IMPORTANT.has(info[LEVEL])));
      this.emit('logged', info);
    } catch (thrown) {
      this.emit('unwritable', thrown, line);
    }
    next();
  }

  /** Tries again the rotation that failed. @throws the system's error */
  rotateNow(): void {
    this.#emitAll(this.#file.rotateNow());
  }

  override close(): void {
    this.#file.close();
  }

  #emitAll(events: LogFileEvent[]): void {
    for (const event of events) {
      this.emit('fileEvent', event);
      if (event.kind === 'new') this.emit('new', event.file);
      if (event.kind === 'rotate') this.emit('rotate', event.to ?? event.from, event.from);
      if (event.kind === 'removed') this.emit('logRemoved', event.file);
    }
  }
}
