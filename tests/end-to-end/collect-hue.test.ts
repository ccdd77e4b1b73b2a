import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fault, type Fault } from '../../lib/simulator/faults';
import { openHome, type Home } from '../support/home';

let home: Home;
beforeEach(async () => {
  home = await openHome({ cloud: false });
});

const cycles = () => home.query('SELECT * FROM cycles ORDER BY started_at');
const readings = () => home.query('SELECT * FROM readings ORDER BY device_id');
const json = (stdout: string) => JSON.parse(stdout) as { error: { type: string } | null } & Record<string, unknown>;

describe('a healthy cycle', () => {
  it('stores every sensor with one request, and prints nothing under cron', async () => {
    const result = await home.run('collect-hue');
    expect(result).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
    expect(home.bridge.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      `GET /api/${home.bridge.key}/sensors`,
    ]);
    const rows = await readings();
    expect(rows).toHaveLength(8);
    for (const row of rows) {
      const uniqueId = String(row['device_id']).slice('hue:'.length);
      const sensors = Object.values(home.bridge.home.resources.sensors);
      const sensor = sensors.find((one) => one.uniqueid === uniqueId);
      const presence = sensors.find((one) => one.uniqueid === `${uniqueId.slice(0, 23)}-02-0406`);
      expect(row['temperature_celsius']).toBe(Number(sensor?.state['temperature']) / 100);
      expect(row['battery_percent']).toBe(sensor?.config.battery);
      expect(row['location']).toBe(presence?.name);
      expect(row['device_type']).toBe('hue_sensor');
      expect(row['humidity_percent']).toBeNull();
      expect(row['light_lux']).toBeGreaterThan(0);
      expect(row['timestamp']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      expect(Date.parse(String(row['timestamp']))).toBeGreaterThan(Date.parse(String(row['measured_at'])));
    }
    expect(new Set(rows.map((row) => row['timestamp'])).size).toBe(1);
    const [cycle] = await cycles();
    expect(cycle).toMatchObject({
      collector: 'hue',
      outcome: 'ok',
      exit_code: 0,
      readings_stored: 8,
      readings_spooled: 0,
      devices_seen: 8,
      devices_skipped: '{}',
      requests: 1,
      endpoint: 'sensors',
      retries: 0,
      error_type: null,
      started_at: rows[0]?.['timestamp'],
    });
    expect(cycle?.['payload_bytes']).toBeGreaterThan(1000);
    expect(home.logged('wal_verified')).toHaveLength(1);
    expect(home.logged('cycle_completed')).toMatchObject([
      { level: 'info', program: 'collect-hue', outcome: 'ok', readings_stored: 8, endpoint: 'sensors' },
    ]);
    expect(home.logged('http_response')).toMatchObject([{ status: 200, payload_bytes: cycle?.['payload_bytes'] }]);
  });

  it('with --json is one object, the same readings as in the database', async () => {
    const { stdout, exitCode } = await home.run('collect-hue', ['--json']);
    expect(exitCode).toBe(0);
    const answer = json(stdout);
    expect(answer).toMatchObject({
      schema_version: 1,
      command: 'collect-hue',
      exit_code: 0,
      outcome: 'ok',
      skipped: {},
      error: null,
    });
    const stored = await readings();
    const reported = (answer['readings'] as Record<string, unknown>[]).sort((a, b) =>
      String(a['device_id']) < String(b['device_id']) ? -1 : 1,
    );
    expect(reported).toHaveLength(stored.length);
    reported.forEach((reading, index) => {
      expect({ ...reading, is_anomalous: Number(reading['is_anomalous']) }).toEqual({
        ...stored[index],
        light_lux: reading['light_lux'],
      });
      expect(reading['light_lux']).toBeCloseTo(Number(stored[index]?.['light_lux']), 2);
    });
  });

  it('with --dry-run prints the readings and leaves nothing behind', async () => {
    const { stdout, exitCode } = await home.run('collect-hue', ['--dry-run']);
    expect(exitCode).toBe(0);
    for (const name of ['Hall', 'Kitchen']) expect(stdout).toContain(name);
    expect(stdout).toContain('8 readings, nothing stored');
    expect(existsSync(home.dataDirectory)).toBe(false);
  });

  it('with --endpoint full asks for the full configuration', async () => {
    await home.run('collect-hue', ['--endpoint', 'full']);
    expect(home.bridge.requests.map(({ path }) => path)).toEqual([`/api/${home.bridge.key}`]);
    expect(await cycles()).toMatchObject([{ endpoint: 'full', readings_stored: 8 }]);
  });

  it('over plain HTTP without a bridge id is one request, too', async () => {
    home.configure({ hue: { bridge_url: home.bridge.url, bridge_id: '' } });
    expect((await home.run('collect-hue')).exitCode).toBe(0);
    expect(home.bridge.requests).toHaveLength(1);
  });
});

describe('sensors that give no reading', () => {
  it('are skipped with their reason, and the cycle is ok', async () => {
    const [off, away, none] = [1, 2, 3].map((number) => home.bridge.motionSensor(number).temperature);
    Object.assign(off?.config ?? {}, { on: false });
    Object.assign(away?.config ?? {}, { reachable: false });
    Object.assign(none?.state ?? {}, { temperature: null });
    const { stdout, stderr, exitCode } = await home.run('collect-hue', ['--json']);
    expect([exitCode, stderr]).toEqual([0, '']);
    const skipped = {
      [`hue:${off?.uniqueid}`]: 'off',
      [`hue:${away?.uniqueid}`]: 'unreachable',
      [`hue:${none?.uniqueid}`]: 'no_value',
    };
    expect(json(stdout)).toMatchObject({ outcome: 'ok', skipped });
    const [cycle] = await cycles();
    expect(JSON.parse(String(cycle?.['devices_skipped']))).toEqual(skipped);
    expect(await readings()).toHaveLength(5);
  });

  it('are not a failure if all of them have an ordinary reason', async () => {
    for (let number = 1; number <= 8; number++)
      Object.assign(home.bridge.motionSensor(number).temperature.config, { on: false });
    expect((await home.run('collect-hue')).exitCode).toBe(0);
    expect(await cycles()).toMatchObject([{ outcome: 'ok', readings_stored: 0, devices_seen: 8 }]);
  });

  it.each([['"21.5"'], ['1e9'], ['{"NaN":true}'], ['"NaN"']])(
    'one with a temperature of %s is malformed: partial, the others stored',
    async (value) => {
      Object.assign(home.bridge.motionSensor(1).temperature.state, { temperature: JSON.parse(value) as unknown });
      const { exitCode, stderr } = await home.run('collect-hue');
      expect(exitCode).toBe(3);
      expect(stderr).toContain('malformed');
      expect(await readings()).toHaveLength(7);
      expect(await cycles()).toMatchObject([{ outcome: 'partial', exit_code: 3, readings_stored: 7 }]);
    },
  );

  it('one that is stuck at -32768, under --quiet-repeats: exit 3 each time, said once to somebody who hears it', async () => {
    Object.assign(home.bridge.motionSensor(1).temperature.state, { temperature: -32_768 });
    const unheard = { wrapper: ['sh', '-c', 'exec "$@" 2>/dev/null', 'sh'] };
    expect((await home.run('collect-hue', ['--quiet-repeats'], unheard)).exitCode).toBe(3);
    const first = await home.run('collect-hue', ['--quiet-repeats']);
    expect(first).toMatchObject({ exitCode: 3, stderr: expect.stringMatching(/malformed/) as string });
    expect(await home.run('collect-hue', ['--quiet-repeats'])).toMatchObject({ exitCode: 3, stdout: '', stderr: '' });
    expect(await cycles()).toMatchObject([{ readings_stored: 7 }, { readings_stored: 7 }, { exit_code: 3 }]);
  });

  it('an anomaly is stored and marked', async () => {
    Object.assign(home.bridge.motionSensor(1).temperature.state, { temperature: 4500 });
    expect((await home.run('collect-hue')).exitCode).toBe(0);
    expect(await home.query('SELECT temperature_celsius, is_anomalous FROM readings WHERE is_anomalous')).toEqual([
      { temperature_celsius: 45, is_anomalous: 1 },
    ]);
  });
});

describe('what a bridge may answer instead', () => {
  const FALLS_BACK: [string, Fault][] = [
    ['an empty body', fault.empty()],
    ['HTML', fault.html()],
    ['a cut document', fault.truncated()],
    ['an empty list', fault.json([])],
    ['a number', fault.json(7)],
    ['error 3', fault.hueError(3)],
    ['204', fault.status(204)],
    ['404', fault.status(404)],
  ];
  it.each(FALLS_BACK)(
    '%s: one fetch of the full configuration, at once, in the same cycle',
    async (_, misbehaviour) => {
      home.bridge.faults.always('/sensors', misbehaviour);
      const { exitCode, stderr } = await home.run('collect-hue');
      expect([exitCode, stderr]).toEqual([0, '']);
      expect(home.bridge.requests.map(({ path }) => path.replace(home.bridge.key, 'KEY'))).toEqual([
        '/api/KEY/sensors',
        '/api/KEY',
      ]);
      expect(await cycles()).toMatchObject([
        { endpoint: 'fallback', readings_stored: 8, requests: 2, retries: 0, outcome: 'ok' },
      ]);
      expect(home.logged('fallback')).toMatchObject([{ level: 'warning' }]);
      for (const other of home.bridge.home.otherKeys) expect(JSON.stringify(home.logLines())).not.toContain(other);
    },
  );

  describe.each(FALLS_BACK)('%s to everything for a moment', (_, misbehaviour) => {
    const asked = () => home.bridge.requests.map(({ path }) => path.replace(home.bridge.key, 'KEY'));

    it('is retried: both endpoints with each retry', async () => {
      home.bridge.faults.next('*', misbehaviour, 4);
      expect(await home.run('collect-hue')).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
      const both = ['/api/KEY/sensors', '/api/KEY'];
      expect(asked()).toEqual([...both, ...both, '/api/KEY/sensors']);
      expect(await cycles()).toMatchObject([{ endpoint: 'sensors', readings_stored: 8, retries: 2, outcome: 'ok' }]);
      expect(home.logged('retry_succeeded')).toMatchObject([{ operation: 'hue.read_sensors', attempts: 3 }]);
    });

    it('with only one endpoint is retried, too', async () => {
      home.configure({ hue: { endpoint: 'full' } });
      home.bridge.faults.next('*', misbehaviour, 2);
      expect(await home.run('collect-hue')).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
      expect(asked()).toEqual(['/api/KEY', '/api/KEY', '/api/KEY']);
      expect(await cycles()).toMatchObject([{ endpoint: 'full', readings_stored: 8, retries: 2 }]);
    });

    it('of a bridge that must prove its id first, is retried, too', async () => {
      home.configure({ hue: { bridge_url: home.bridge.url } });
      home.bridge.faults.next('*', misbehaviour, 2);
      expect(await home.run('collect-hue')).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
      expect(asked()).toEqual(['/api/config', '/api/config', '/api/config', '/api/KEY/sensors']);
      expect(await cycles()).toMatchObject([{ endpoint: 'sensors', readings_stored: 8, retries: 2 }]);
    });
  });

  it('HTML from one endpoint, then a server error from the other one: both again', async () => {
    home.bridge.faults.next('/sensors', fault.html(), 1);
    home.bridge.faults.next('*', fault.status(500), 1);
    expect((await home.run('collect-hue')).exitCode).toBe(0);
    expect(await cycles()).toMatchObject([{ endpoint: 'sensors', requests: 3, retries: 1, readings_stored: 8 }]);
  });

  const FAILS_ALONE: [string, Fault][] = [
    ['error 901', fault.hueError(901)],
    ['503', fault.status(503)],
    ['a reset', fault.reset()],
    ['a cut body', fault.cut()],
    ['silence', fault.silence()],
  ];
  it.each(FAILS_ALONE)('%s at /sensors: retried, then the full configuration, once', async (_, misbehaviour) => {
    home.configure({ hue: { timeout_seconds: 1 } });
    home.bridge.faults.always('/sensors', misbehaviour);
    expect(await home.run('collect-hue')).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await cycles()).toMatchObject([{ endpoint: 'fallback', requests: 5, retries: 3, readings_stored: 8 }]);
    const kinds = home.logged('http_response').map(({ endpoint_kind: kind }) => kind);
    expect([kinds.at(-1), home.logged('retry')[0]?.['endpoint_kind']]).toEqual(['fallback', 'sensors']);
  });

  it('no usable value, and the full configuration is no better: what /sensors said counts', async () => {
    for (let number = 1; number <= 8; number++)
      Object.assign(home.bridge.motionSensor(number).temperature.state, { temperature: null });
    home.bridge.faults.always(`/api/${home.bridge.key}`, fault.status(404));
    expect(await home.run('collect-hue')).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await cycles()).toMatchObject([{ endpoint: 'sensors', outcome: 'ok', readings_stored: 0 }]);
    expect(home.logged('fallback').length).toBeGreaterThan(0);
  });

  it('no sensor although the last good cycle had some: the full configuration', async () => {
    await home.run('collect-hue');
    home.bridge.faults.always('/sensors', fault.json({}));
    expect((await home.run('collect-hue')).exitCode).toBe(0);
    expect(await cycles()).toMatchObject([{ endpoint: 'sensors' }, { endpoint: 'fallback', readings_stored: 8 }]);
  });

  it('never any sensor: nothing to store', async () => {
    home.bridge.faults.always('/sensors', fault.json({}));
    const { exitCode, stdout } = await home.run('collect-hue', ['--json']);
    expect(exitCode).toBe(1);
    expect(json(stdout).error).toMatchObject({ type: 'no_readings' });
    expect(await cycles()).toMatchObject([{ outcome: 'failed', error_type: 'no_readings', exit_code: 1 }]);
  });

  const FAILS: [string, Fault, number, string, number][] = [
    ['error 1', fault.hueError(1), 4, 'unauthorized', 1],
    ['error 1 as a string', fault.hueError(1, { typeAsString: true }), 4, 'unauthorized', 1],
    ['403', fault.status(403), 4, 'unauthorized', 1],
    ['503', fault.status(503), 1, 'http', 5],
    ['503 with Retry-After', fault.status(503, { retryAfter: 0 }), 1, 'http', 4],
    ['429', fault.status(429), 1, 'rate_limited', 4],
    ['HTML', fault.html(), 1, 'invalid_response', 8],
    ['a redirect', fault.redirect('http://127.0.0.1:9/'), 1, 'http', 2],
    ['404', fault.status(404), 1, 'http', 8],
    ['500', fault.status(500), 1, 'http', 5],
    ['a reset', fault.reset(), 1, 'network', 5],
    ['a cut body', fault.cut(), 1, 'network', 5],
    ['a cut body of chunks', fault.cut(0.5, { chunked: true }), 1, 'network', 5],
    ['64 MB', fault.hugeBody(), 1, 'invalid_response', 2],
    ['a gzip bomb', fault.gzipBomb(), 1, 'invalid_response', 2],
  ];
  it.each(FAILS)(
    '%s to everything ends in its class, with its row',
    async (_, misbehaviour, exitCode, type, requests) => {
      home.bridge.faults.always('*', misbehaviour);
      const result = await home.run('collect-hue', ['--json']);
      expect(result.exitCode).toBe(exitCode);
      expect(json(result.stdout)).toMatchObject({
        exit_code: exitCode,
        outcome: 'failed',
        readings: [],
        error: { type },
      });
      const lines = result.stderr.trimEnd().split('\n');
      expect(lines.length).toBeLessThanOrEqual(10);
      expect(result.stderr).not.toMatch(/^\s+at /m);
      expect(result.stderr + result.stdout).not.toContain(home.bridge.key);
      expect(await cycles()).toMatchObject([{ outcome: 'failed', exit_code: exitCode, error_type: type, requests }]);
      expect(home.logged('cycle_failed')).toMatchObject([{ level: 'error', error_type: type }]);
    },
  );

  it('a silent bridge: a timeout, retried, then exit 1', async () => {
    home.configure({ hue: { timeout_seconds: 0.2 }, retry: { max_attempts: 1, base_delay_seconds: 0 } });
    home.bridge.faults.always('*', fault.silence());
    const { exitCode, stderr } = await home.run('collect-hue');
    expect(exitCode).toBe(1);
    expect(stderr).toContain('no complete answer within 0.2 s');
    expect(await cycles()).toMatchObject([{ error_type: 'timeout', requests: 3, retries: 1 }]);
  });
});

describe('the command line', () => {
  it('--help and --version need no configuration', async () => {
    const { runCommand } = await import('../support/run-command');
    const help = await runCommand('collect-hue', { args: ['--help'] });
    expect(help).toMatchObject({ exitCode: 0, stderr: '' });
    for (const word of ['--dry-run', '--endpoint', '--json', 'Examples:', 'Exit codes:'])
      expect(help.stdout).toContain(word);
    const version = await runCommand('collect-hue', { args: ['--version'] });
    expect(version.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it.each([
    [['--dry-rum'], '--dry-run'],
    [['--endpoint', 'both'], 'sensors or full'],
    [['extra'], 'extra'],
    [['--config'], '--config'],
    [['--json=yes'], '--json takes no value'],
  ])('%j is a usage error that names it', async (args, words) => {
    const { exitCode, stdout, stderr } = await home.run('collect-hue', [
      ...args,
      ...(args.includes('--config') ? [] : ['--json']),
    ]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(words);
    if (!args.includes('--config')) expect(json(stdout)).toMatchObject({ exit_code: 2, error: { type: 'usage' } });
    expect(home.bridge.requests).toEqual([]);
  });

  it('a disabled source is exit 0, one log line, no row, no request', async () => {
    const { writeScratchInstallation } = await import('../../lib/simulator/scratch-installation');
    writeScratchInstallation(home.directory, {
      cloud: home.cloud,
      bridge: home.bridge,
      config: { hue: { enabled: false } },
    });
    expect(await home.run('collect-hue')).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
    expect(home.logged('source_disabled')).toHaveLength(1);
    const { stdout } = await home.run('collect-hue', ['--json']);
    expect(json(stdout)).toMatchObject({ exit_code: 0, outcome: 'ok', readings: [], skipped: {}, error: null });
    expect(existsSync(home.databaseFile)).toBe(false);
  });

  it('a missing key is exit 4 with the command to run, and has its row', async () => {
    writeFileSync(home.secretsFile, 'email:\n', { mode: 0o600 });
    const { exitCode, stderr } = await home.run('collect-hue');
    expect(exitCode).toBe(4);
    expect(stderr).toContain('auth-hue');
    expect(home.bridge.requests).toEqual([]);
    expect(await cycles()).toMatchObject([{ exit_code: 4, error_type: 'login_needed' }]);
  });

  it('--quiet-repeats tells a lasting failure once, logs it each time, and tells its end once', async () => {
    const stderr = async () => (await home.run('collect-hue', ['--quiet-repeats'])).stderr;
    home.bridge.faults.always('*', fault.status(404));
    expect(await stderr()).toBe('');
    expect(await stderr()).toMatch(/^collect-hue: .*404/);
    expect(await stderr()).toBe('');
    home.bridge.faults.clear();
    expect(await stderr()).toMatch(/^collect-hue: recovered: ok, 8 readings stored in \d+ ms\n$/);
    expect(await stderr()).toBe('');
    expect(await cycles()).toHaveLength(5);
    // Before a cycle begins, too: an empty file of secrets, and a log that cannot be written.
    writeFileSync(home.secretsFile, '');
    const run = async () => await home.run('collect-hue', ['--quiet-repeats']);
    expect(await run()).toMatchObject({ exitCode: 2, stderr: expect.stringMatching(/secrets\.yaml/) as string });
    expect(await run()).toMatchObject({ exitCode: 2, stderr: '' });
    expect(home.logged('cycle_failed')).toHaveLength(5);
    rmSync(home.logDirectory, { recursive: true });
    writeFileSync(home.logDirectory, 'in the way');
    expect((await run()).stderr).toMatch(/^collect-hue: the log in .* cannot be written: .*\n?.*mv '/);
    expect((await run()).stderr).toBe('');
  });

  it('--verbose prints every step on stderr', async () => {
    const { stderr, stdout, exitCode } = await home.run('collect-hue', ['--verbose']);
    expect([exitCode, stdout]).toEqual([0, '']);
    expect(stderr).toContain('http_response');
    expect(stderr).toContain('8 readings stored');
  });
});

describe('names from outside', () => {
  it('stay one log line and cannot move the cursor', async () => {
    const name = 'Hall"\n{"level":"critical"}\u001b[2J';
    home.bridge.motionSensor(1).presence.name = name;
    const dry = await home.run('collect-hue', ['--dry-run', '--verbose']);
    expect(dry.stdout + dry.stderr).not.toContain('\u001b');
    await home.run('collect-hue');
    expect(await home.query('SELECT location FROM readings')).toContainEqual({ location: name });
    const files = readdirSync(home.logDirectory).filter((file) => file.endsWith('.log'));
    for (const file of files) {
      for (const line of readFileSync(join(home.logDirectory, file), 'utf8').trimEnd().split('\n')) JSON.parse(line);
    }
  });
});
