/** report serve: the page, live, on loopback only. */
import { request } from 'node:http';
import { noBrowser, openPage } from '../support/browser';
import { installation } from '../support/report-installation';
import { cycleOf, hueReading } from '../support/cycles';
import { configIn, store } from '../support/report-home';
import { startCommand } from '../support/run-command';
import { until } from '../support/until';

interface Answer {
  status: number | undefined;
  headers: Record<string, unknown>;
  body: string;
}

function ask(url: string, method: string, headers: Record<string, string> = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    request(url, { method, headers }, (response) => {
      let body = '';
      response.on('data', (part: Buffer) => (body += part.toString()));
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body }));
    })
      .once('error', reject)
      .end();
  });
}

/** A cycle of now. */
const cycle = (temperature_celsius: number) => {
  const started = new Date().toISOString();
  return cycleOf(started, 'hue', [
    hueReading('hue:1', { location: 'Hall', temperature_celsius, measured_at: started }),
  ]);
};

async function serving(flags: readonly string[] = []) {
  const { directory, file } = await installation([cycle(20.1)]);
  const running = startCommand('report', { args: ['serve', '--port', '0', '--config', file, ...flags] });
  await until(() => running.stdout().includes('\n'));
  const [url = ''] = /http:\/\/127\.0\.0\.1:\d+\//.exec(running.stdout()) ?? [];
  return { directory, url, running };
}

test('only its page, only GET and HEAD, only under a name of this machine; it ends when it is stopped', async () => {
  const { url, running } = await serving();
  const page = await ask(url, 'GET');
  expect(page).toMatchObject({
    status: 200,
    headers: { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' },
  });
  expect(page.body).toContain('<span class="number">20.1</span>');
  expect(page.headers['content-security-policy']).toMatch(
    /^default-src 'none';script-src 'sha256-.*connect-src 'self'$/,
  );
  const { etag } = (await ask(url, 'HEAD')).headers as { etag: string };
  expect((await ask(url, 'GET', { 'if-none-match': etag })).status).toBe(304);
  const { port } = new URL(url);
  for (const host of ['localhost', `LOCALHOST:${port}`, `[::1]:${port}`])
    expect((await ask(url, 'GET', { host })).status).toBe(200);
  for (const host of ['evil.test', `evil.test:${port}`, 'localhost.evil.test', '127.0.0.1.evil.test', '192.168.1.10']) {
    expect({ host, ...(await ask(url, 'GET', { host })) }).toMatchObject({
      host,
      status: 403,
      body: expect.not.stringContaining('20.1') as string,
    });
  }
  for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) expect((await ask(url, method)).status).toBe(405);
  expect((await ask(`${url}data/readings.db`, 'GET')).status).toBe(404);
  running.child.kill('SIGTERM');
  expect(await running.result).toMatchObject({ exitCode: 0, stderr: '' });
});

(noBrowser === null ? test : test.skip)(
  `a browser shows a new cycle by itself${noBrowser === null ? '' : ` (skipped: ${noBrowser})`}`,
  async () => {
    const { directory, url, running } = await serving();
    const { page, problems } = await openPage(url, { viewport: { width: 800, height: 600 } });
    expect(await page.locator('.tile .number').innerText()).toBe('20.1');
    await store(configIn(directory), [cycle(23.4)]);
    await page.locator('.tile .number', { hasText: '23.4' }).waitFor();
    expect(problems).toEqual([]);
    running.child.kill('SIGTERM');
    await running.result;
  },
  60_000,
);

test.each([
  [['serve', '--port', 'x'], /--port is "x", which is not a port/],
  [['serve', '--format', 'csv'], /report serve does not take --format/],
  [['gaps', '--port', '80'], /--port/],
])('%j is a usage error', async (args, message) => {
  const { report } = await installation();
  expect(await report(args)).toMatchObject({ exitCode: 2, stderr: expect.stringMatching(message) as string });
});
