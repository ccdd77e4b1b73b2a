import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger, type FileLogger, type LoggerOptions } from '../../../lib/logging/create-logger';
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

function start(options: Partial<LoggerOptions> = {}): FileLogger {
  const config = {
    directory,
    level: 'info',
    max_file_mb: 10,
    max_backups: 5,
    max_total_mb: 60,
    min_free_mb: 0,
  } as const;
  return (logger = createLogger({ config, program: 'collect-hue', ...options }));
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

  test('redacts what it was told to, then and later', () => {
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
});
