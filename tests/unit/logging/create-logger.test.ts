import { mkdtempSync, readdirSync, readFileSync, rmSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import nodeFs from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { LEVEL, MESSAGE } from 'triple-beam';
import { startDeadline } from '../../../lib/reliability/deadline';
import { createRetrier } from '../../../lib/reliability/retry';
import type { LoggingConfig } from '../../../lib/config/config';
import { createLogger, type FileLogger } from '../../../lib/logging/create-logger';
import type { LoggerOptions } from '../../../lib/logging/logger-options';
import type { LogFileSystem } from '../../../lib/logging/current-file';
import { RotateFileTransport } from '../../../lib/logging/rotate-file-transport';
import { loggingStatus } from '../../../lib/logging/status';
import { createRedactor } from '../../../lib/logging/redact';

let directory: string;
let logger: FileLogger;

beforeEach(() => {
  directory = join(mkdtempSync(join(tmpdir(), 'htm-logs-')), 'logs');
});
afterEach(() => {
  logger.close();
  rmSync(join(directory, '..'), { recursive: true, force: true });
});

const CONFIG: LoggingConfig = {
  directory: '',
  level: 'info',
  max_file_mb: 10,
  max_backups: 5,
  max_total_mb: 60,
  min_free_mb: 0,
};

function start({
  config,
  ...options
}: { config?: Partial<LoggingConfig> } & Partial<Omit<LoggerOptions, 'config'>> = {}) {
  const complete = { program: 'collect-hue', redact: createRedactor(), ...options } as const;
  return (logger = createLogger({ config: { ...CONFIG, directory, ...config }, ...complete }));
}

function lines(): Record<string, unknown>[] {
  return readFileSync(join(directory, 'collect-hue.log'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('the logger', () => {
  test('has each line on disk when the call returns, and creates the directory for the first', () => {
    start().info('cycle_completed', 'the cycle is done', { readings_stored: 3 });
    expect(lines()).toMatchObject([
      {
        level: 'info',
        program: 'collect-hue',
        event: 'cycle_completed',
        message: 'the cycle is done',
        readings_stored: 3,
      },
    ]);
    logger.critical('alert_raised', 'log in');
    expect(lines()).toHaveLength(2);
  });

  test('writes the levels wanted and touches nothing for the others', () => {
    start().debug('detail', 'too fine');
    expect(() => readdirSync(directory)).toThrow('ENOENT');
    logger.warning('retry', 'again');
    logger.error('cycle_failed', 'failed');
    expect(lines().map((line) => line['level'])).toEqual(['warning', 'error']);
  });

  test('redacts the secrets it has, also those added later', () => {
    const redact = createRedactor(['first-secret']);
    start({ redact }).info('event', 'first-secret and second-secret');
    redact.add('second-secret');
    logger.info('event', 'first-secret and second-secret', { error: new Error('second-secret') });
    expect(lines()[0]).toMatchObject({ message: '<redacted> and second-secret' });
    expect(JSON.stringify(lines()[1])).not.toContain('-secret');
  });

  test('leaves nothing but the log behind', () => {
    start().info('event', 'message');
    logger.close();
    expect(readdirSync(directory)).toEqual(['collect-hue.log']);
  });

  test('never calls the engine of winston-daily-rotate-file, and keeps the process busy with nothing', () => {
    const getStream = jest.fn();
    jest.doMock('file-stream-rotator', () => ({ getStream }));
    const process = () => ({
      // An immediate is over with the present turn: it keeps nobody busy, and others have theirs.
      resources: globalThis.process.getActiveResourcesInfo().filter((name) => name !== 'Immediate'),
      listeners: globalThis.process.eventNames().filter((name) => name !== 'exit'),
    });
    const before = process();
    start({ config: { max_file_mb: 0.01 } });
    for (let line = 0; line < 200; line++) logger.info('cycle_completed', 'a line that makes the file longer');
    expect(getStream).not.toHaveBeenCalled();
    expect(process()).toEqual(before);
    const foreign = readdirSync(directory).filter((name) => !/^collect-hue(\.\d+)?\.log$|^\.writer-/.test(name));
    expect(foreign).toEqual([]);
  });
});

describe('what the log says about itself', () => {
  const small = { max_file_mb: 0.005, max_backups: 100 };
  const events = () => lines().map((line) => line['event']);
  const fill = (bytes: number) => {
    for (let written = 0; written < bytes; written += 300) logger.info('filling', 'x'.repeat(300));
  };

  test('a rotation, in the new file', () => {
    start({ config: small });
    fill(6000);
    expect(lines().filter(({ event }) => event === 'rotation')).toMatchObject([
      { level: 'info', backup: join(directory, 'collect-hue.1.log'), bytes: expect.any(Number) as number },
    ]);
  });

  test('too little space, once', () => {
    start({ config: { ...small, min_free_mb: 1e12 } });
    fill(20_000);
    expect(lines().filter(({ event }) => event === 'low_disk_space')).toMatchObject([{ level: 'warning' }]);
    expect(readdirSync(directory).filter((name) => name.endsWith('.log'))).toEqual(['collect-hue.log']);
  });

  test('how many lines were left out at the total cap; warnings still come through', () => {
    start({ config: { ...small, max_file_mb: 1, max_total_mb: 0.02 } });
    fill(40_000);
    const full = lines().length;
    logger.warning('retry', 'still here');
    logger.close();
    expect(lines().slice(full)).toMatchObject([
      { level: 'warning', event: 'retry' },
      { level: 'warning', event: 'lines_dropped', dropped: 134 - full },
    ]);
  });

  test('nothing, but once on stderr, if not even a line can be written', () => {
    const said: string[] = [];
    const full = nodeFs.openSync('/dev/full', 'w');
    const fs = { ...nodeFs, writeSync: () => nodeFs.writeSync(full, '.') };
    start({ complain: (text) => said.push(text), fs });
    for (let time = 0; time < 3; time++) logger.critical('alert_raised', 'log in');
    expect(said).toEqual([
      `collect-hue: the log in ${directory} cannot be written: no space left on device (ENOSPC).\n`,
    ]);
  });

  test('nothing that would end the process through winston', () => {
    const said: string[] = [];
    start({ complain: (text) => said.push(text), now: () => new Date(NaN) });
    logger.info('event', 'message');
    expect(said).toHaveLength(1);
  });

  describe('a rotation that fails', () => {
    let failures: number;
    let waits: number[];
    const failing: LogFileSystem = {
      ...nodeFs,
      renameSync: (from, to) => {
        if (failures-- > 0) throw Object.assign(new Error('busy'), { code: 'EBUSY' });
        nodeFs.renameSync(from, to);
      },
    };
    const finish = async (deadlineMs = 60_000) => {
      const deadline = startDeadline(deadlineMs, 0);
      const sleep = (milliseconds: number) => Promise.resolve(void waits.push(milliseconds));
      const policy = { max_attempts: 3, base_delay_seconds: 1, multiplier: 2 };
      const retrier = createRetrier({ policy, logger, sleep, deadline });
      await logger.finish((operation, attempt) => retrier.run(operation, attempt));
      deadline.clear();
    };
    beforeEach(() => {
      waits = [];
      start({ config: small, fs: failing });
    });

    test('is retried after 1, 2 and 4 s when the cycle is over, then given up with one critical line', async () => {
      failures = Infinity;
      fill(6000);
      expect(events()).not.toContain('retry');
      await finish();
      expect(waits).toEqual([1000, 2000, 4000]);
      logger.close();
      expect(lines().filter(({ event }) => event === 'rotation_failed')).toMatchObject([
        { level: 'critical', message: expect.stringContaining('busy') as string },
      ]);
      expect(readdirSync(directory)).toEqual(['collect-hue.log']);
      failures = 0;
      start({ config: small, fs: failing }).info('filling', 'the next run');
      expect(events()).toEqual(['filling', 'rotation']);
    });

    test('is done by a retry that succeeds', async () => {
      failures = 2;
      fill(6000);
      await finish();
      expect(waits).toEqual([1000, 2000]);
      expect(events()).toEqual(['rotation', 'retry_succeeded']);
    });

    test('is given up when the deadline leaves no time', async () => {
      failures = Infinity;
      fill(6000);
      await finish(1500);
      expect(waits).toEqual([1000]);
      expect(events().filter((event) => event === 'rotation_failed')).toHaveLength(1);
    });

    test('is reported at the end if it was not retried', () => {
      failures = Infinity;
      fill(6000);
      logger.close();
      expect(events().filter((event) => event === 'rotation_failed')).toHaveLength(1);
    });

    test('does not wait if none failed', async () => {
      failures = 0;
      fill(6000);
      await finish();
      expect(waits).toEqual([]);
    });
  });
});

test('the clock may jump: a day back, an hour, ten years ahead', () => {
  const times = ['2026-03-29T00:59:59Z', '2026-03-28T00:59:59Z', '2036-03-28T00:00:00Z', '2026-03-29T02:00:00Z'];
  let time = 0;
  start({ now: () => new Date(times[time++] as string) });
  for (const at of times) logger.info('event', at);
  expect(readdirSync(directory).filter((name) => name.endsWith('.log'))).toEqual(['collect-hue.log']);
  expect(lines().map(({ message }) => message)).toEqual(times);
});

test('what happens to files is emitted as winston-daily-rotate-file emits it', () => {
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'collect-hue.log'), 'x'.repeat(99).concat('\n'));
  const transport = new RotateFileTransport({
    directory,
    program: 'collect-hue',
    maxFileBytes: 100,
    maxBackups: 1,
    maxTotalBytes: 10_000,
    minFreeBytes: 0,
  });
  const emitted: unknown[] = [];
  for (const event of ['new', 'rotate', 'logRemoved']) {
    transport.on(event, (...files: string[]) => emitted.push([event, ...files.map((file) => basename(file))]));
  }
  const line = (text: string) => transport.log({ [MESSAGE]: text.repeat(60), [LEVEL]: 'info' }, () => undefined);
  line('a');
  line('b');
  transport.close();
  expect(emitted).toEqual([
    ['new', 'collect-hue.log'],
    ['rotate', 'collect-hue.1.log', 'collect-hue.log'],
    ['logRemoved', 'collect-hue.1.log'],
    ['new', 'collect-hue.log'],
    ['rotate', 'collect-hue.2.log', 'collect-hue.log'],
  ]);
  expect(transport).toMatchObject({ dirname: directory, filename: 'collect-hue.log' });
  expect(transport.options).toMatchObject({ maxSize: 100, maxFiles: 1 });
  logger = start();
});

test('the state of the log for health', () => {
  expect(loggingStatus({ ...CONFIG, directory })).toEqual({
    current_bytes: 0,
    backups: 0,
    total_bytes: 0,
    threshold_bytes: 10_000_000,
    last_rotation: null,
    rotation_due: false,
  });
  const config = { ...CONFIG, directory, max_file_mb: 0.005 };
  start({ config: { max_file_mb: 0.005, max_backups: 2 } });
  for (let time = 0; time < 28; time++) logger.info('filling', 'x'.repeat(300));
  writeFileSync(join(directory, 'collect-aqm.log'), 'x'.repeat(6000));
  utimesSync(join(directory, 'collect-hue.1.log'), 1, 1);
  utimesSync(join(directory, 'collect-hue.2.log'), 2, 2);
  expect(loggingStatus(config, 'collect-hue')).toMatchObject({
    backups: 2,
    threshold_bytes: 5000,
    last_rotation: '1970-01-01T00:00:02.000Z',
    rotation_due: false,
  });
  expect(loggingStatus(config)).toMatchObject({ current_bytes: 6000, backups: 2, rotation_due: true });
});
