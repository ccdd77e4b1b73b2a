import { formatLine, MAX_LINE_BYTES, type LogRecord } from '../../../lib/logging/line';
import { createRedactor } from '../../../lib/logging/redact';
import { MonitorError } from '../../../lib/errors';

function format(record: Partial<LogRecord>, redact = createRedactor(), maxBytes = MAX_LINE_BYTES): string {
  return formatLine(
    {
      timestamp: new Date('2026-03-07T07:18:50.698Z'),
      level: 'info',
      program: 'collect-hue',
      event: 'event',
      message: 'message',
      ...record,
    },
    redact,
    maxBytes,
  );
}

function parse(...parameters: Parameters<typeof format>): Record<string, unknown> {
  return JSON.parse(format(...parameters)) as Record<string, unknown>;
}

describe('a line of the log', () => {
  test('is an object: timestamp, level, program, event, message, fields', () => {
    expect(format({ fields: { status: 200, nothing: undefined } })).toBe(
      '{"timestamp":"2026-03-07T07:18:50.698Z","level":"info","program":"collect-hue","event":"event","message":"message","status":200}',
    );
  });

  test('stays one line with any name of a device', () => {
    const evil = 'Hall\n{"level":"critical"}\r\u2028\u2029\u0085\u001b[2J\u009b2J\u202e"';
    const line = format({ message: evil, fields: { [evil]: evil, list: [evil] } });
    // eslint-disable-next-line no-control-regex -- this test is about control characters
    expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202e]/);
    expect(JSON.parse(line)).toMatchObject({ level: 'info', message: evil, [evil]: evil, list: [evil] });
  });

  test('keeps its own five names; a field cannot take their place', () => {
    expect(parse({ fields: { level: 'critical', timestamp: 0, message: 'other' } })).toMatchObject({
      level: 'info',
      timestamp: '2026-03-07T07:18:50.698Z',
      message: 'message',
      field_level: 'critical',
      field_timestamp: 0,
      field_message: 'other',
    });
    expect(parse({ fields: JSON.parse('{"__proto__":{"polluted":true}}') as Record<string, unknown> })).toMatchObject({
      field___proto__: { polluted: true },
    });
  });

  test('survives what JSON cannot hold', () => {
    const circular: Record<string, unknown> = { name: 'loop' };
    circular['self'] = circular;
    const fields = {
      circular,
      big: 12n,
      buffer: Buffer.from('abc'),
      date: new Date('invalid'),
      nan: NaN,
      map: new Map([['key', 1]]),
      set: new Set([1]),
      url: new URL('https://example.org/'),
      action: () => 1,
      symbol: Symbol('s'),
      get throwing(): never {
        throw new Error('do not read me');
      },
      toJsonThrows: {
        toJSON(): never {
          throw new Error('no JSON');
        },
      },
      proxy: new Proxy({}, { ownKeys: () => { throw new Error('closed'); } }), // prettier-ignore
    };
    expect(parse({ fields })).toMatchObject({
      circular: { name: 'loop', self: '[circular]' },
      big: '12',
      buffer: '[3 bytes]',
      date: 'Invalid Date',
      nan: 'NaN',
      map: { key: 1 },
      set: [1],
      url: 'https://example.org/',
      throwing: '[unreadable: do not read me]',
      toJsonThrows: '[unreadable: no JSON]',
      proxy: '[unreadable: closed]',
    });
    expect(parse({ fields })).not.toHaveProperty('action');
  });

  test('shows an error with its stack and all its causes, and no secret in them', () => {
    const secret = 'abcdefghij0123456789';
    const root = Object.assign(new Error(`connect ECONNREFUSED /api/${secret}`), { code: 'ECONNREFUSED' });
    const failure = new MonitorError('the bridge did not answer', { type: 'network', cause: root });
    const line = format({ fields: { error: failure, [secret]: 1 } }, createRedactor([secret]));
    expect(line).not.toContain(secret);
    expect(JSON.parse(line)).toMatchObject({
      '<redacted>': 1,
      error: {
        name: 'MonitorError',
        type: 'network',
        stack: expect.stringContaining('line.test') as string,
        cause: { message: 'connect ECONNREFUSED /api/<redacted>', code: 'ECONNREFUSED' },
      },
    });
  });

  test.each([16_384, 5000])('is never longer than %i bytes, and says that it was cut', (maxBytes) => {
    const long = '\u0001é"'.repeat(50_000);
    for (const record of [
      { message: long },
      { fields: { long, after: 'after' } },
      { fields: { list: Array.from({ length: 10_000 }, (_, index) => `${index} ${long.slice(0, 50)}`) } },
      { fields: Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`field ${index}`, long])) },
      { fields: { error: Object.assign(new Error(long), { cause: new Error(long) }) } },
    ]) {
      const line = format(record, createRedactor(), maxBytes);
      expect(Buffer.byteLength(line)).toBeLessThan(maxBytes);
      expect(JSON.parse(line)).toMatchObject({ event: 'event', line_cut: true });
    }
  });

  test('does not show the half of a secret that a cut goes through', () => {
    const secret = 'S3cret'.repeat(100);
    for (let before = 16_384 - 700; before < 16_500; before += 50) {
      const line = format({ message: 'x'.repeat(before) + secret }, createRedactor([secret]));
      expect(line).not.toContain('S3cretS3');
    }
  });

  test('and not if many masks have made the text shorter', () => {
    const secret = 'abcdefghijklmnopqrstuvwxyz0123456789ABCD';
    for (let before = 0; before < secret.length; before++) {
      const line = format({ message: 'x'.repeat(before) + secret.repeat(1000) }, createRedactor([secret]));
      expect(line).not.toContain('abcd');
    }
  });
});
