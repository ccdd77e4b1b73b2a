/** Single parts of winston: to load all of it costs a short process more than the rest of its logging. */
declare module 'winston/lib/winston/create-logger' {
  import type { Logger, LoggerOptions } from 'winston';
  function createLogger(options: LoggerOptions): Logger;
  export = createLogger;
}

declare module 'winston-daily-rotate-file/daily-rotate-file' {
  import type DailyRotateFile from 'winston-daily-rotate-file';
  const Transport: typeof DailyRotateFile;
  export = Transport;
}
