/** Exports: each reading once, and accepted by independent programs. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { history, reportHome, store } from '../support/report-home';
import { until } from '../support/until';
import { startCommand } from '../support/run-command';
import { installation } from '../support/report-installation';

test('two exports at once: each reading in one of them', async () => {
  const { file } = await installation(history());
  const args = ['--config', file, '--format', 'ndjson', '--since-last'];
  const both = await Promise.all([1, 2].map(() => startCommand('report', { args }).result));
  expect(both.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
  const lines = both.flatMap(({ stdout }) => stdout.split('\n').filter((line) => line !== ''));
  expect(new Set(lines).size).toBe(lines.length);
  expect(lines).toHaveLength(305 * 3 + 313);
});

const installed = (program: string): boolean => spawnSync('which', [program]).status === 0;

(installed('promtool') ? test : test.skip)(
  `promtool finds no fault${installed('promtool') ? '' : ' (skipped: promtool is not installed)'}`,
  async () => {
    const home = reportHome();
    await store(home.config, history());
    const { text } = await home.report({ format: 'prometheus' });
    const { status, stderr } = spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  },
);

(installed('victoria-metrics') ? test : test.skip)(
  `a real time-series database takes every line of influx and of prometheus${installed('victoria-metrics') ? '' : ' (skipped: victoria-metrics is not installed)'}`,
  async () => {
    const home = reportHome();
    await store(home.config, history());
    const server = await startVictoria(home.directory);
    try {
      const influx = (await home.report({ format: 'influx', quantity: 'temperature' })).text;
      const prometheus = (await home.report({ format: 'prometheus' })).text;
      expect((await fetch(`${server.url}/write`, { method: 'POST', body: influx })).status).toBe(204);
      const taken = await fetch(`${server.url}/api/v1/import/prometheus`, { method: 'POST', body: prometheus });
      expect(taken.status).toBe(204);
      // What was just imported is not visible immediately.
      await until(async () => (await server.series('climate_measured_timestamp_seconds')).length === 4);
      const series = await server.series('climate_temperature_celsius');
      // Without a time stamp, the sample of prometheus gets the time of the import.
      const inHistory = series.map(({ metric, timestamps }) => [
        metric['device_id'],
        timestamps.filter((ms) => ms < Date.UTC(2026, 1, 1)).length,
      ]);
      const perDevice = new Map<unknown, number>();
      for (const [device, count] of inHistory) {
        perDevice.set(device, (perDevice.get(device) ?? 0) + Number(count));
      }
      expect([...perDevice].sort()).toEqual([
        ['alexa:G1', 313],
        ['hue:1', 305],
        ['hue:2', 305],
        ['hue:3', 305],
      ]);
      expect(series.some(({ metric }) => metric['location'] === 'Küche "Süd", oben')).toBe(true);
    } finally {
      await server.stop();
    }
  },
);

interface Series {
  metric: Record<string, string>;
  timestamps: number[];
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function startVictoria(directory: string) {
  const url = `http://127.0.0.1:${await freePort()}`; // it does not print the port that it got for 0
  const flags = [`-storageDataPath=${join(directory, 'victoria')}`, `-httpListenAddr=${url.slice(7)}`];
  const process = spawn('victoria-metrics', [...flags, '-retentionPeriod=100y'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = once(process, 'close');
  await new Promise<void>((resolve, reject) => {
    let log = '';
    process.stderr.setEncoding('utf8').on('data', (text: string) => {
      log += text;
      if (log.includes('pprof handlers')) resolve();
    });
    process.once('close', () => reject(new Error(log)));
  });
  return {
    url,
    series: async (name: string): Promise<Series[]> => {
      await fetch(`${url}/internal/force_flush`);
      const answer = await fetch(`${url}/api/v1/export?match[]=${name}`);
      const lines = (await answer.text()).split('\n').filter((line) => line !== '');
      return lines.map((line) => JSON.parse(line) as Series);
    },
    stop: async () => {
      process.kill();
      await ended;
    },
  };
}
