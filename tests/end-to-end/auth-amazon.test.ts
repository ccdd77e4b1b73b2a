/** Logging in at Amazon by hand: the real command against the simulated cloud over TLS, and a simulated browser. */
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { fault } from '../../lib/simulator/faults';
import { openAmazonHome, type AmazonHome } from '../support/amazon-home';
import { DISCOVERY, REFRESH, STATE } from '../support/constants';
import { until } from '../support/until';

const LOGIN = ['POST /auth/register', ...REFRESH, DISCOVERY];

let home: AmazonHome;
let clock: number | null;
beforeEach(async () => {
  clock = null;
  home = await openAmazonHome({ now: () => clock ?? Date.now() });
});

/** The sign-in address in the output of the command. */
function addressIn(text: string): string {
  const address = /https:\/\/\S+\/ap\/signin\?\S+/.exec(text)?.[0];
  if (address === undefined) throw new Error(`no sign-in address in: ${text}`);
  return address;
}

/** Begins a login, and returns the address of the last page in the browser. */
async function signedIn(): Promise<string> {
  const { stdout } = await home.ask('auth-amazon');
  return home.cloud.signIn(addressIn(stdout));
}

const storedToken = () =>
  /refresh_token: *"([^"]+)"|"refresh_token": "([^"]+)"/.exec(readFileSync(home.secretsFile, 'utf8'));

describe('auth-amazon at a terminal', () => {
  it('shows the address, accepts the answer in any line breaks, and ends with the monitors', async () => {
    const secrets = [
      '# mine, do not touch',
      'email: { host: localhost, port: 1, from: a@example.com, to: b@example.com } # later',
      'amazon:',
      '  # from last year',
      '  refresh_token: "Atnr|the-former-token-of-last-year" # old',
      'hue: { username: abcdefghijklmnop }',
      '',
    ].join('\n');
    writeFileSync(home.secretsFile, secrets, { mode: 0o600 });
    const running = home.start('auth-amazon', [], { environment: home.environment, input: null });
    await until(() => running.stdout().includes('press Enter'));
    const landing = home.cloud.signIn(addressIn(running.stdout()));
    // As a terminal of 80 columns wraps it, between quotes, with spaces around it.
    running.child.stdin.write(`  "${landing.match(/.{1,80}/g)?.join('\n') ?? ''}"  \n`);
    const { exitCode, stdout, stderr } = await running.result;
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(home.cloud.requests.map(({ method, path }) => `${method} ${path}`)).toEqual(LOGIN);
    for (const { name, serial } of home.cloud.state.monitors) expect(stdout).toMatch(new RegExp(`${name} +${serial}`));

    const { refreshToken } = home.cloud.account;
    expect(readFileSync(home.secretsFile, 'utf8')).toBe(
      secrets.replace('Atnr|the-former-token-of-last-year', refreshToken),
    );
    expect(statSync(home.secretsFile).mode & 0o777).toBe(0o600);
    expect(readFileSync(`${home.secretsFile}.backup`, 'utf8')).toBe(secrets);
    expect(statSync(`${home.secretsFile}.backup`).mode & 0o777).toBe(0o600);
    expect(await home.cycle()).toMatchObject({ exitCode: 0, stdout: '', stderr: '', asked: [STATE] });
  });

  it('answers every Enter with what is wrong, and goes on', async () => {
    const running = home.start('auth-amazon', [], { environment: home.environment, input: null });
    await until(() => running.stdout().includes('press Enter'));
    running.child.stdin.write('\n');
    await until(() => running.stdout().includes('No address was given'));
    running.child.stdin.write('what?\n');
    await until(() => running.stdout().includes('This is not an address'));
    running.child.stdin.write(`${home.cloud.signIn(addressIn(running.stdout()))}\n`);
    expect(await running.result).toMatchObject({ exitCode: 0, stderr: '' });
  });

  it('interrupted while waiting: exit 1, nothing changed', async () => {
    const before = readFileSync(home.secretsFile);
    const running = home.start('auth-amazon', [], { environment: home.environment, input: null });
    await until(() => running.stdout().includes('press Enter'));
    running.child.kill('SIGINT');
    const { exitCode, stderr } = await running.result;
    expect(exitCode).toBe(1);
    expect(stderr).toContain('interrupted');
    expect(readFileSync(home.secretsFile)).toEqual(before);
  });
});

describe('auth-amazon without a terminal', () => {
  it('says where to log in and how to continue; --url continues', async () => {
    const first = await home.ask('auth-amazon');
    expect(first.exitCode).toBe(4);
    expect(first.stderr).toContain('--url');
    expect(first.asked).toEqual([]);
    const landing = home.cloud.signIn(addressIn(first.stdout));
    const second = await home.ask('auth-amazon', ['--url', landing]);
    expect(second).toMatchObject({ exitCode: 0, stderr: '', asked: LOGIN });
    expect(storedToken()?.slice(1)).toContain(home.cloud.account.refreshToken);
  });

  it('reads the address from a pipe', async () => {
    const landing = await signedIn();
    expect(await home.ask('auth-amazon', [], landing)).toMatchObject({ exitCode: 0, asked: LOGIN });
  });

  it('makes secrets.yaml if there is none', async () => {
    rmSync(home.secretsFile);
    const landing = await signedIn();
    expect(await home.ask('auth-amazon', ['--url', landing])).toMatchObject({ exitCode: 0 });
    expect(statSync(home.secretsFile).mode & 0o777).toBe(0o600);
    expect(await home.cycle()).toMatchObject({ exitCode: 0, asked: [STATE] });
  });

  it('with --json gives one object on stdout', async () => {
    const landing = await signedIn();
    const { stdout, exitCode } = await home.ask('auth-amazon', ['--json', '--url', landing]);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      schema_version: 1,
      command: 'auth-amazon',
      exit_code: 0,
      outcome: 'ok',
      marketplace: 'amazon.com',
      monitors: home.cloud.state.monitors.map(({ name, serial }) => ({ name, serial })),
      error: null,
    });
    const failed = await home.ask('auth-amazon', ['--json', '--url', landing]);
    expect(failed.exitCode).toBe(4);
    expect(JSON.parse(failed.stdout)).toMatchObject({ exit_code: 4, error: { type: 'login_needed' } });
  });

  (existsSync('/proc/self/cmdline') ? it : it.skip)(
    'keeps the code out of the process list (needs /proc)',
    async () => {
      const landing = await signedIn();
      home.cloud.faults.always('/auth/register', fault.silence());
      const before = home.cloud.requests.length;
      const running = home.start('auth-amazon', ['--url', landing], { environment: home.environment });
      await until(() => home.cloud.requests.length > before);
      const commandLine = readFileSync(`/proc/${running.child.pid ?? 0}/cmdline`, 'utf8');
      expect(commandLine).toContain('auth-amazon');
      expect(commandLine).not.toContain('maplanding');
      running.child.kill('SIGTERM');
      expect((await running.result).exitCode).toBe(1);
    },
  );
});

describe('an address that cannot be used: its own message, exit 4, nothing changed', () => {
  /** The message of the command about an address. */
  async function refusal(address: string): Promise<string> {
    const before = readFileSync(home.secretsFile);
    const { exitCode, stderr } = await home.ask('auth-amazon', ['--url', address]);
    expect(exitCode).toBe(4);
    expect(readFileSync(home.secretsFile)).toEqual(before);
    return stderr;
  }

  it('wrong ones', async () => {
    const landing = await signedIn();
    const other = (change: (url: URL) => void) => {
      const url = new URL(landing);
      change(url);
      return url.href;
    };
    const sentences = [
      await refusal('what?'),
      await refusal(other((url) => (url.host = 'www.amazon.evil.example'))),
      await refusal(other((url) => (url.pathname = '/ap/signin'))),
      await refusal(other((url) => (url.pathname = '/gp/css/homepage.html'))),
      await refusal(other((url) => url.searchParams.set('openid.mode', 'cancel'))),
      await refusal(other((url) => url.searchParams.set('openid.assoc_handle', 'amzn_dp_project_dee_ios_uk'))),
      await refusal(other((url) => url.searchParams.delete('openid.oa2.authorization_code'))),
    ];
    expect(new Set(sentences).size).toBe(sentences.length);
    expect(sentences.filter((sentence) => sentence.includes('/bin/auth-amazon.js --config '))).toHaveLength(
      sentences.length,
    );
    // None of them was sent to Amazon, so the good one still works.
    expect(await home.ask('auth-amazon', ['--url', landing])).toMatchObject({ exitCode: 0 });
  });

  it('a reused one', async () => {
    const landing = await signedIn();
    await home.ask('auth-amazon', ['--url', landing]);
    expect(await refusal(landing)).toContain('used already');
  });

  it('an expired one', async () => {
    const landing = await signedIn();
    clock = Date.now() + 6 * 60_000;
    expect(await refusal(landing)).toContain('has expired');
  });

  it("another login's", async () => {
    await signedIn();
    const foreign = await openAmazonHome();
    try {
      const { stdout } = await foreign.ask('auth-amazon');
      const landing = new URL(foreign.cloud.signIn(addressIn(stdout)));
      landing.host = new URL(home.cloud.baseUrls.www).host;
      expect(await refusal(landing.href)).toContain('belongs to another login');
    } finally {
      await foreign.close();
    }
  });

  it('one that was never asked for', async () => {
    const landing = await signedIn();
    rmSync(`${home.dataDirectory}/amazon-session.json`);
    expect(await refusal(landing)).toContain('No login has been begun here');
  });
});

describe('the surroundings', () => {
  it('an account of another marketplace: reported, and everything is ready for the corrected configuration', async () => {
    await home.close();
    home = await openAmazonHome({ marketplace: 'amazon.co.uk' });
    home.configure({ amazon_aqm: { marketplace: 'amazon.com' } });
    const landing = await signedIn();
    const { exitCode, stdout, stderr } = await home.ask('auth-amazon', ['--url', landing]);
    expect(exitCode).toBe(0);
    expect(stderr).toContain('marketplace: amazon.co.uk');
    expect(stdout).toContain('amazon.co.uk');
    expect(await home.cycle()).toMatchObject({ exitCode: 0, asked: [STATE] });
    expect(await home.ask('auth-amazon', ['--check'])).toMatchObject({ exitCode: 0 });

    home.configure({ amazon_aqm: { marketplace: 'amazon.co.uk' } });
    expect(await home.cycle()).toMatchObject({ exitCode: 0, asked: [STATE] });
  });

  it('clears the alert whose address was used', async () => {
    home.cloud.account.revokeRefreshToken();
    expect(await home.cycle()).toMatchObject({ exitCode: 4 });
    const landing = home.cloud.signIn(addressIn(readFileSync(home.alertFile, 'utf8')));
    expect(await home.ask('auth-amazon', ['--url', landing])).toMatchObject({ exitCode: 0 });
    expect(existsSync(home.alertFile)).toBe(false);
    expect(home.logged('alert_cleared')).toHaveLength(1);
  });

  it('a list that is throttled says nothing of the login: exit 0, the alert ends, the known monitors are read', async () => {
    await home.cycle();
    home.cloud.account.revokeRefreshToken();
    home.cloud.account.expireCookies();
    expect(await home.cycle()).toMatchObject({ exitCode: 4 });
    home.cloud.faults.always('/graphql', fault.throttledList());
    const landing = await signedIn();
    const { exitCode, stdout } = await home.ask('auth-amazon', ['--url', landing]);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/The login at amazon\.com works\. The device list cannot be had at the moment/);
    expect(existsSync(home.alertFile)).toBe(false);
    expect(await home.ask('auth-amazon', ['--check'])).toMatchObject({ exitCode: 0 });
    expect((await home.cycle()).row).toMatchObject({ outcome: 'ok', readings_stored: 2 });
  });

  it('lifts a rate limit', async () => {
    home.cloud.faults.always('/graphql', fault.status(429, { retryAfter: 7200 }));
    expect(await home.cycle()).toMatchObject({ exitCode: 1 });
    home.cloud.faults.clear();
    expect(await home.cycle()).toMatchObject({ exitCode: 1, asked: [] });
    const landing = await signedIn();
    expect(await home.ask('auth-amazon', ['--url', landing])).toMatchObject({ exitCode: 0 });
    expect(await home.cycle()).toMatchObject({ exitCode: 0, asked: [STATE] });
  });

  it('an account without a monitor: logged in, a message says so, exit 1; the alert ends', async () => {
    home.cloud.account.revokeRefreshToken();
    await home.cycle();
    home.cloud.state.monitors = [];
    const landing = await signedIn();
    const { exitCode, stderr } = await home.ask('auth-amazon', ['--url', landing]);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('no Smart Air Quality Monitor');
    expect(stderr).not.toContain('--check');
    expect(storedToken()?.slice(1)).toContain(home.cloud.account.refreshToken);
    expect(existsSync(home.alertFile)).toBe(false);
  });

  it('a server error while registering: retried, exit 1, and the address is still valid', async () => {
    const landing = await signedIn();
    home.cloud.faults.next('/auth/register', fault.status(500), 4);
    expect(await home.ask('auth-amazon', ['--url', landing])).toMatchObject({ exitCode: 1 });
    expect(await home.ask('auth-amazon', ['--url', landing])).toMatchObject({ exitCode: 0 });
  });

  it('an answer without a token never replaces the token that is there', async () => {
    const before = readFileSync(home.secretsFile);
    const landing = await signedIn();
    home.cloud.faults.next('/auth/register', fault.json({ response: { success: { tokens: { bearer: {} } } } }));
    expect(await home.ask('auth-amazon', ['--url', landing])).toMatchObject({ exitCode: 4 });
    expect(readFileSync(home.secretsFile)).toEqual(before);
  });

  it('a secrets file that is not YAML: reported before a login is used', async () => {
    writeFileSync(home.secretsFile, 'amazon: {refresh_token: "canary\n');
    const { exitCode, stderr, asked } = await home.ask('auth-amazon');
    expect({ exitCode, asked }).toEqual({ exitCode: 2, asked: [] });
    expect(stderr).toContain(home.secretsFile);
    expect(stderr).not.toContain('canary');
  });

  it('a token of wrong form in the file does not prevent a login', async () => {
    home.configure({}, { amazon: { refresh_token: 'nonsense' } });
    const landing = await signedIn();
    expect(await home.ask('auth-amazon', ['--url', landing])).toMatchObject({ exitCode: 0 });
  });

  it('no amazon_aqm section: says which lines to add, exit 2', async () => {
    writeFileSync(home.configFile, 'hue: { bridge_url: "http://127.0.0.1:1" }\n');
    const { exitCode, stderr } = await home.ask('auth-amazon');
    expect(exitCode).toBe(2);
    expect(stderr).toContain('amazon_aqm:');
  });
});

describe('auth-amazon --check', () => {
  /** every file outside the log, with its content */
  const everything = () =>
    [home.dataDirectory, `${home.directory}/config`]
      .filter((folder) => existsSync(folder))
      .flatMap((folder) => readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile()))
      .map(({ parentPath, name }) => `${name} ${readFileSync(`${parentPath}/${name}`).toString('hex')}`);

  it('says that the login works, with the monitors, and changes nothing, wherever the account says that it shops', async () => {
    await home.cycle();
    Object.assign(home.cloud.account.tells, { alexaHost: 'alexa.amazon.co.uk', shopsAt: 'amazon.co.uk' });
    const before = everything();
    const { exitCode, stdout, stderr, asked } = await home.ask('auth-amazon', ['--check']);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(asked).toEqual([...REFRESH, DISCOVERY]);
    for (const { serial } of home.cloud.state.monitors) expect(stdout).toContain(serial);
    expect(everything()).toEqual(before);
  });

  it('a refused token: exit 4, no alert', async () => {
    home.cloud.account.revokeRefreshToken();
    const before = everything();
    expect(await home.ask('auth-amazon', ['--check'])).toMatchObject({ exitCode: 4, asked: ['POST /auth/token'] });
    expect(everything()).toEqual(before);
  });

  it('no secrets file: exit 2', async () => {
    rmSync(home.secretsFile);
    expect(await home.ask('auth-amazon', ['--check'])).toMatchObject({ exitCode: 2, asked: [] });
  });
});
