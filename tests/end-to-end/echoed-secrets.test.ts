/** Bridges and clouds repeat the request in their errors, key and token included: no secret may be stored or printed. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fault } from '../../lib/simulator/faults';
import { Database } from '../../lib/store/database';
import { spooledFiles } from '../../lib/store/spool';
import { openAmazonHome } from '../support/amazon-home';
import { contentsOf, visibleParts } from '../support/canaries';
import { holdDatabase } from '../support/held-database';
import { openHome, type Home } from '../support/home';

const KEY = 'CanaryKeyOfTheBridge0123456789abcdefghIJ';
/** All output, and every byte of every file except those that are meant for secrets. */
function everything(home: Home, printed: string[]): string {
  return [contentsOf([home.dataDirectory, home.logDirectory], ['amazon-session.json']), ...printed].join('\n');
}

test('the key in a bridge’s error is in no file and no output, wherever the error is cut', async () => {
  const home = await openHome({ bridge: { key: KEY }, cloud: false, config: { logging: { level: 'debug' } } });
  try {
    const printed: string[] = [];
    const run = async (command: string, ...args: string[]) => {
      const { exitCode, stdout, stderr } = await home.run(command, args);
      printed.push(stdout, stderr);
      return exitCode;
    };
    expect(await run('collect-hue', '--verbose')).toBe(0);
    const reader = await Database.open(home.databaseFile, 'read-only'); // so that the WAL stays
    await reader.exec('BEGIN; SELECT * FROM cycles');
    const echo = (before: number, key = KEY) =>
      home.bridge.faults.always(
        '*',
        fault.json([{ error: { type: 3, description: `${'x'.repeat(before)} /api/${key}/sensors not available` } }]),
      );
    for (const before of [0, 160, 170, 180, 190]) {
      echo(before);
      expect(await run('collect-hue', '--json', '--verbose')).toBe(1);
    }
    echo(165, KEY.toUpperCase());
    expect(await run('collect-hue')).toBe(1);
    expect(await run('collect-hue', '--dry-run', '--json')).toBe(1);
    const holder = await holdDatabase(home.databaseFile);
    home.configure({ storage: { busy_timeout_ms: 10 } });
    expect(await run('collect-hue')).toBe(1);
    expect(spooledFiles({ data_directory: home.dataDirectory })).toHaveLength(1);
    printed.push(everything(home, []));
    await holder.release();
    await run('health', 'hue', '--json');
    await run('report', 'cycles', '--json');
    await run('report', 'gaps');
    await run('report', 'backup', join(home.dataDirectory, 'backup.db'));

    const errors = await home.query<{ error: string }>('SELECT error FROM cycles WHERE error IS NOT NULL');
    expect(errors).toHaveLength(6);
    expect(errors[0]?.error).toContain('/api/<redacted>/sensors not available');
    const text = everything(home, printed);
    await reader.close();
    expect(text).toContain('/api/<redacted>/sensors not available');
    expect(visibleParts(KEY, text)).toEqual([]);
  } finally {
    await home.close();
  }
});

test('tokens and cookies in Amazon’s errors are in no file and no output, wherever the error is cut', async () => {
  const home = await openAmazonHome({}, { bridge: false, config: { logging: { level: 'debug' } } });
  try {
    const printed: string[] = [];
    const run = async (command: string, ...args: string[]) => {
      const { exitCode, stdout, stderr } = await home.ask(command, args);
      printed.push(stdout, stderr);
      return exitCode;
    };
    expect(await run('collect-aqm', '--verbose')).toBe(0);
    const { cookies } = home.session();
    const jar = cookies?.jar.map(({ value }) => value).filter((value) => value.length >= 8) ?? [];
    const secrets = [home.cloud.account.refreshToken, ...jar, cookies?.csrf ?? ''];
    const longest = [...secrets].sort((one, other) => other.length - one.length)[0] ?? '';
    const answers = [
      ...[0, 80, 100, 108].map((before) => `${'x'.repeat(before)} ${longest}`),
      `${'x'.repeat(100)} ${home.cloud.account.refreshToken}`,
      `${'x'.repeat(95)} ${encodeURIComponent(home.cloud.account.refreshToken).toLowerCase()}`,
      secrets.join(' '),
    ];
    for (const message of answers) {
      home.changeSession((state) => (state.discovery = null));
      home.cloud.faults.always('/nexus/v1/graphql', fault.json({ errors: [{ message }] }));
      expect(await run('collect-aqm', '--json', '--verbose')).toBe(1);
    }
    await run('health', 'amazon_aqm', '--json');
    home.cloud.faults.clear();
    for (const status of [400, 500]) {
      home.cloud.faults.next(
        '/api/phoenix/state',
        fault.json({ message: secrets.join(' '), error: longest }, status),
        4,
      );
      await run('collect-aqm', '--json', '--verbose');
    }
    const state = { errors: [{ code: secrets.join(' ') }], deviceStates: [] };
    home.cloud.faults.always('/api/phoenix/state', fault.json(state));
    await run('collect-aqm', '--json', '--verbose');
    home.cloud.account.expireCookies();
    home.cloud.faults.next('/auth/token', fault.json({ error: longest, error_description: secrets.join(' ') }, 400), 4);
    await run('collect-aqm', '--json', '--verbose');
    await run('auth-amazon', '--check', '--json', '--verbose');
    await run('report', 'cycles', '--json');

    const text = everything(home, printed);
    expect(text).toContain('no device list: <redacted>');
    expect(readdirSync(home.dataDirectory)).toContain('health-amazon.json');
    expect(secrets.length).toBeGreaterThan(4);
    for (const secret of secrets) expect(visibleParts(secret, text)).toEqual([]);
  } finally {
    await home.close();
  }
});
