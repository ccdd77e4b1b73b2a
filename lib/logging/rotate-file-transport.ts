/**
 * winston-daily-rotate-file with another engine: its stream (file-stream-rotator) buffers, loses what is buffered when
 * the process ends, dies of a full disk and forgets its files. Options, events and place in winston stay as they are.
 */
import { Writable } from 'node:stream';
import { MESSAGE, LEVEL } from 'triple-beam';
import DailyRotateFile from 'winston-daily-rotate-file/daily-rotate-file';
import { RotatingFile, type Happening, type RotatingFileOptions } from './rotating-file';

/** Lines of these levels are kept where others are dropped. */
const IMPORTANT: ReadonlySet<unknown> = new Set(['critical', 'error', 'warning']);

/** What winston hands to a transport; the formatted line is under the symbol MESSAGE. */
type Info = Record<symbol, unknown>;

/**
 * Events: `new` (file), `rotate` (old file, new file), `logRemoved` (file), as the base has them; and `happening`
 * (Happening) for everything, `unwritable` (error, line) for a line that could not be written. Never `error`, which
 * would end the process.
 */
export class RotateFileTransport extends DailyRotateFile {
  readonly #file: RotatingFile;

  constructor(options: RotatingFileOptions) {
    // With a stream of its own the base does not load file-stream-rotator; nothing is ever written to that stream.
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
      this.#tell(this.#file.append(`${line}\n`, IMPORTANT.has(info[LEVEL])));
      this.emit('logged', info);
    } catch (thrown) {
      this.emit('unwritable', thrown, line);
    }
    next();
  }

  /** Tries again the rotation that failed. @throws the system's error */
  rotateNow(): void {
    this.#tell(this.#file.rotateNow());
  }

  override close(): void {
    this.#file.close();
  }

  #tell(happened: Happening[]): void {
    for (const happening of happened) {
      this.emit('happening', happening);
      if (happening.kind === 'new') this.emit('new', happening.file);
      if (happening.kind === 'rotate') this.emit('rotate', happening.to ?? happening.from, happening.from);
      if (happening.kind === 'removed') this.emit('logRemoved', happening.file);
    }
  }
}
