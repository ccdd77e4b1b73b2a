/** The week in ten lines, and by e-mail with the page. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { summarize } from '../../../lib/cli/summarize';
import { createRedactor } from '../../../lib/logging/redact';
import { requestOf } from '../../../lib/report/request';
import { startMailServer } from '../../support/mail-server';
import { cycleOf, hueReading } from '../../support/cycles';
import { homeWithHistory, NOW, reportHome, store } from '../../support/report-home';
import { scratchDirectory } from '../../support/scratch';

const request = requestOf('readings', { since: '7d' }, new Set(), NOW);
const redactor = createRedactor();

test('a line for each location, then the problems', async () => {
  const { config } = await homeWithHistory();
  const { lines } = await summarize({ config, request, secretsFile: null, redactor });
  expect(lines.length).toBeLessThanOrEqual(10);
  expect(lines).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^Home climate, 2025-12-26 .* to 2026-01-02 /),
      'Hall: 21.5 °C (21.5 °C to 21.5 °C), humidity 45 % (45 % to 45 %), PM2.5 3 µg/m³ (3 µg/m³ to 3 µg/m³)',
      expect.stringMatching(/^Bad: \d+\.\d °C \(0\.0 °C to 18\.3 °C\)$/),
      expect.stringMatching(/^! hue: 2 of \d+ cycles failed in 7 d/),
    ]),
  );
});

test('many rooms: the warmest and the coldest, in ten lines', async () => {
  const home = reportHome();
  const started = new Date(NOW - 60_000).toISOString();
  const readings = Array.from({ length: 12 }, (_, n) =>
    hueReading(`hue:${n}`, { location: `Room ${n}`, temperature_celsius: 15 + n, measured_at: started }),
  );
  await store(home.config, [cycleOf(started, 'hue', readings)]);
  const { lines } = await summarize({ config: home.config, request, secretsFile: null, redactor });
  expect(lines.length).toBeLessThanOrEqual(10);
  expect(lines[1]).toMatch(/^Warmest: Room 11: 26\.0 °C/);
  expect(lines[2]).toMatch(/^Coldest: Room 0: 15\.0 °C/);
});

test('--mail: the lines, and the page attached; without a mail server it is an error', async () => {
  const { config } = await homeWithHistory();
  const server = await startMailServer();
  const file = join(scratchDirectory(), 'secrets.yaml');
  writeFileSync(file, stringify({ email: server.email() }), { mode: 0o600 });
  await summarize({ config, request, secretsFile: file, redactor });
  const [mail] = server.mailbox;
  expect(mail?.raw).toMatch(/^Subject: Home climate, /m);
  expect(mail?.raw).toMatch(/filename="?home-climate\.html/);
  writeFileSync(file, '{}\n', { mode: 0o600 });
  await expect(summarize({ config, request, secretsFile: file, redactor })).rejects.toThrow(/has no section email/);
});
