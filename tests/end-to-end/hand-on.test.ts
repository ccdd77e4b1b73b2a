/** What a home may want after a good cycle: alerts about itself, and its readings at a broker. None of it can harm a cycle. */
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { openHome } from '../support/home';
import { noBroker, startBroker } from '../support/broker';
import { scratchDirectory } from '../support/scratch';

const testBroker = noBroker === null ? test : test.skip;

testBroker(
  `states are retained, Home Assistant finds the sensors, the webhook is told; then both are dead${noBroker === null ? '' : ` (skipped: ${noBroker})`}`,
  async () => {
    const told: string[] = [];
    const webhook = createServer((request, response) => {
      let body = '';
      request
        .on('data', (part: Buffer) => (body += part.toString()))
        .on('end', () => response.end(String(told.push(body))));
    });
    await new Promise<void>((resolve) => webhook.listen(0, '127.0.0.1', resolve));
    const broker = await startBroker(scratchDirectory());
    const home = await openHome({
      cloud: false,
      config: { publish: { mqtt: { url: broker.url } }, builtin_alerts: { battery_below: 100, silent_hours: 0 } },
      secrets: { notify: { webhook: `http://127.0.0.1:${(webhook.address() as AddressInfo).port}/secret-topic` } },
    });
    expect(await home.run('collect-hue')).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
    const [published] = home.logged('published');
    expect(published?.['messages']).toBeGreaterThan(4);
    const devices = await home.query<{ device_id: string; location: string; temperature_celsius: number }>(
      'SELECT * FROM readings ORDER BY device_id',
    );
    const [first] = devices;
    if (first === undefined) throw new Error('nothing was stored');
    const id = first.device_id.replaceAll(':', '_');
    const states = await broker.retained('home-temperature-monitor/+/state', devices.length);
    expect(states[`home-temperature-monitor/${id}/state`]).toMatchObject({
      temperature: first.temperature_celsius,
      location: first.location,
      timestamp: (await home.query<{ started_at: string }>('SELECT started_at FROM cycles'))[0]?.started_at,
    });
    const configs = await broker.retained(
      'homeassistant/sensor/+/config',
      Number(published?.['messages']) - devices.length,
    );
    expect(configs[`homeassistant/sensor/${id}_temperature/config`]).toMatchObject({
      ...{
        name: 'Temperature',
        unique_id: `${id}_temperature`,
        device_class: 'temperature',
        state_class: 'measurement',
      },
      ...{ state_topic: `home-temperature-monitor/${id}/state`, value_template: '{{ value_json.temperature }}' },
      ...{ unit_of_measurement: '°C', suggested_display_precision: 1, expire_after: 900 },
      device: {
        identifiers: [id],
        name: first.location,
        suggested_area: first.location,
        serial_number: first.device_id,
      },
      origin: { name: 'home-temperature-monitor' },
    });
    const raised = home.logged('home_alert_raised');
    expect(raised.length).toBeGreaterThan(0);
    expect(raised[0]).toMatchObject({ level: 'critical', program: 'collect-hue' });
    expect(told.map((body) => (JSON.parse(body) as { event: string }).event)).toEqual(raised.map(() => 'raised'));
    expect(existsSync(join(home.dataDirectory, 'home-alerts.json'))).toBe(true);

    // Discovery is sent once a day.
    await home.run('collect-hue');
    expect(home.logged('published')[1]?.['messages']).toBe(devices.length);
    expect(told).toHaveLength(raised.length);

    await broker.stop();
    webhook.close();
    expect(await home.run('collect-hue')).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
    expect(home.logged('publish_failed')[0]).toMatchObject({ level: 'warning', error_type: 'network' });
    expect((await home.query('SELECT count(*) AS n FROM cycles'))[0]?.['n']).toBe(3);
    expect(JSON.stringify(home.logLines())).not.toContain('secret-topic');
    const { stdout } = await home.run('report', ['--json']);
    expect((JSON.parse(stdout) as { trouble: { kind: string }[] }).trouble.map(({ kind }) => kind)).toContain(
      'home_alert',
    );
  },
  60_000,
);

test('a home that wants none of it writes no file of it', async () => {
  const home = await openHome({ cloud: false });
  expect((await home.run('collect-hue')).exitCode).toBe(0);
  expect(existsSync(join(home.dataDirectory, 'home-alerts.json'))).toBe(false);
  expect(home.logLines().map(({ event }) => event)).not.toContain('published');
});

test('a broker that hangs up in the middle of it changes nothing about the cycle', async () => {
  const CONNACK = Buffer.from([0x20, 2, 0, 0]);
  const broker = createTcpServer((socket) => {
    socket
      .on('error', () => undefined)
      .once('data', () => {
        socket.write(CONNACK);
        socket.once('data', () => socket.destroy());
      });
  });
  await new Promise<void>((resolve) => broker.listen(0, '127.0.0.1', resolve));
  broker.unref(); // it holds nothing open, also if the test fails
  const url = `mqtt://127.0.0.1:${(broker.address() as AddressInfo).port}`;
  const home = await openHome({ cloud: false, config: { publish: { mqtt: { url } } } });
  expect(await home.run('collect-hue')).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
  expect(home.logged('publish_failed')[0]?.['message']).toContain('the broker closed the connection');
});
