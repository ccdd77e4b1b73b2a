/** The check `config`: values that are valid, and that nobody is likely to want. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Installation } from '../../../lib/check/check';
import { loadConfig } from '../../../lib/config/load';
import { checkConfig } from '../../../lib/health/checks/config';
import { scratchDirectory } from '../../support/scratch';

async function warningsOf(sections: string): Promise<string[]> {
  const file = join(scratchDirectory(), 'config.yaml');
  const hue = sections.startsWith('hue:') ? '' : 'hue: { bridge_url: "http://192.168.1.10" }\n';
  writeFileSync(file, hue + sections);
  const files = { config: file, secrets: join(file, '../secrets.yaml') };
  const installation = { files, config: loadConfig(file), enabled: ['hue'] } as unknown as Installation;
  const { problems } = await checkConfig({ installation });
  expect(problems.every(({ status, remediation }) => status === 'warn' && remediation !== undefined)).toBe(true);
  return problems.map(({ message }) => message);
}

test.each([
  ['', []],
  ['storage: { wal_autocheckpoint_pages: 10000 }\n', []],
  ['storage: { wal_autocheckpoint_pages: 10001 }\n', [/^storage\.wal_autocheckpoint_pages is 10001.* 41 MB/]],
  ['logging: { max_backups: 6 }\n', [/^logging\.max_total_mb is 60: less than the 7 files of 10 MB/]],
  ['logging: { max_backups: 6, max_total_mb: 70 }\n', []],
  [
    'hue: { bridge_url: "http://bridge.example.com" }\n',
    [/^bridge_url http:\/\/bridge\.example\.com is not encrypted/],
  ],
  ['amazon_aqm: { base_urls: { api: "http://127.0.0.1:8080" } }\n', []],
  [
    'amazon_aqm: { base_urls: { www: "https://example.com" } }\n',
    [/base_urls\.www leads to example\.com .* tokens and cookies go there/],
  ],
])('%j', async (sections, expected) => {
  const warnings = await warningsOf(sections);
  expect(warnings).toHaveLength(expected.length);
  expected.forEach((pattern, index) => expect(warnings[index]).toMatch(pattern));
});
