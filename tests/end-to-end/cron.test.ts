/** cron/install.sh with a simulated crontab, and with Debian's real daemon; the units with systemd itself. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { userInfo } from 'node:os';
import {
  chmodSync,
  constants,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fakeCrontab } from '../support/fake-crontab';
import { openHome } from '../support/home';
import { PROJECT_ROOT } from '../support/run-command';
import { until } from '../support/until';
import { isRoot } from '../support/as-user';
import { scratchDirectory } from '../support/scratch';

const CONFIG = 'collection: {interval_minutes: 10}\nhue: {bridge_url: "http://127.0.0.1"}\namazon_aqm: {}\n';
const OTHERS = "MAILTO=me@example.com\n# my own jobs\n5 4 * * * echo 'a % sign' \\% \\\\ >/dev/null\n";

interface Machine {
  directory: string;
  config: string;
  crontab: () => string;
  setCrontab: (text: string) => void;
  install: (...args: string[]) => { status: number | null; stdout: string; stderr: string };
}

/** A PATH whose `crontab` keeps the crontab in a file; `says` is the error that `crontab -l` prints instead. */
function machine({ config = CONFIG, project = PROJECT_ROOT, says = '', path = '' } = {}): Machine {
  const directory = scratchDirectory();
  const { bin, read, write } = fakeCrontab(directory, says);
  const file = join(directory, "it's 100% mine.yaml");
  writeFileSync(file, config);
  return {
    directory,
    config: file,
    crontab: read,
    setCrontab: write,
    install: (...args) =>
      spawnSync(join(project, 'cron', 'install.sh'), ['--config', file, ...args], {
        encoding: 'utf8',
        cwd: '/',
        env: { PATH: [bin, path, '/usr/bin:/bin'].filter((part) => part !== '').join(':'), HOME: '/nonexistent' },
      }),
  };
}

test('it adds one block, changes nothing the second time, and removes the block again', () => {
  const { install, crontab, setCrontab } = machine();
  setCrontab(OTHERS);
  expect(install()).toMatchObject({ status: 0, stderr: '' });
  const installed = crontab();
  expect(installed.startsWith(OTHERS)).toBe(true);
  expect(installed.match(/^\S+ \S+ \* \* \* .*(collect-hue|collect-aqm|health)\.js/gm)).toHaveLength(3);
  expect(install()).toMatchObject({ status: 0, stdout: 'install.sh: nothing to change\n' });
  expect(crontab()).toBe(installed);
  expect(install('--every', '5').status).toBe(0);
  expect(crontab().match(/# BEGIN/g)).toHaveLength(1);
  expect(crontab()).toMatch(/^\*\/5 .*collect-hue/m);
  expect(crontab()).toMatch(/^2-59\/5 .*collect-aqm/m);
  expect(install('--uninstall').status).toBe(0);
  expect(crontab()).toBe(OTHERS);
});

test('the interval comes from the configuration, and only what is enabled is collected', () => {
  const { install, crontab } = machine({ config: 'collection: {interval_minutes: 20}\namazon_aqm: {}\n' });
  expect(install().status).toBe(0);
  expect(crontab()).toMatch(/^10-59\/20 \* \* \* \* .*collect-aqm\.js' --quiet-repeats/m);
  expect(crontab()).not.toMatch(/collect-hue/);
});

test('--dry-run changes nothing', () => {
  const { install, crontab, setCrontab } = machine();
  setCrontab(OTHERS);
  const { status, stdout } = install('--dry-run');
  expect(status).toBe(0);
  expect(stdout).toMatch(/# END home-temperature-monitor/);
  expect(crontab()).toBe(OTHERS);
});

test('a path with quotes and per cent signs reaches the shell as it is', () => {
  const { install, crontab, config } = machine();
  install();
  const line = /^\S+ \* \* \* \* (.*collect-hue.*)$/m.exec(crontab())?.[1] ?? '';
  expect(line).not.toMatch(/%/); // no two crons agree on it
  const words = spawnSync('sh', ['-c', `printf '%s\\n' ${line}`], { encoding: 'utf8' }).stdout;
  expect(words.split('\n')).toEqual([
    expect.stringMatching(/^\/.*node$/),
    join(PROJECT_ROOT, 'bin/collect-hue.js'),
    '--quiet-repeats',
    '--config',
    config,
    '',
  ]);
});

test('no crontab yet as BusyBox says it, an installation that is gone, a Node.js in the folder of its version', () => {
  const says = "crontab: can'\\''t open '\\''me'\\'': No such file or directory";
  const without = machine({ says });
  expect(without.install()).toMatchObject({ status: 0, stderr: '' });
  expect(without.crontab()).toMatch(/^# BEGIN home-temperature-monitor/);

  const versioned = join(without.directory, '.nvm/versions/node/v22.1.0/bin');
  mkdirSync(versioned, { recursive: true });
  copyFileSync(process.execPath, join(versioned, 'node'), constants.COPYFILE_FICLONE);
  const { install, crontab, setCrontab, directory } = machine({ path: versioned });
  const gone = join(directory, 'gone');
  setCrontab(`# BEGIN home-temperature-monitor ${gone}\n1 * * * * true\n# END home-temperature-monitor ${gone}\n`);
  const { status, stderr } = install();
  expect({ status, stderr }).toEqual({ status: 0, stderr: expect.stringContaining(`is gone: ${gone}\n`) as string });
  expect(stderr).toContain(`node is in the folder of one version: ${versioned}/node`);
  expect(crontab()).toContain(`# BEGIN home-temperature-monitor ${gone}`);
});

const busybox = spawnSync('sh', ['-c', 'command -v busybox && busybox --list'], { encoding: 'utf8' }).stdout.split(
  '\n',
);
const hasBusyBox = busybox.includes('crontab');
(hasBusyBox ? test : test.skip)(
  `BusyBox's own crontab: none yet, installed, nothing to change, removed${hasBusyBox ? '' : ' (skipped: no busybox with crontab)'}`,
  () => {
    const { directory, install } = machine();
    const spool = join(directory, 'spool');
    mkdirSync(spool);
    const program = `#!/bin/sh\nexec ${busybox[0] ?? ''} crontab -c '${spool}' "$@"\n`;
    writeFileSync(join(directory, 'bin/crontab'), program, { mode: 0o755 });
    const kept = () => readFileSync(join(spool, userInfo().username), 'utf8');
    expect(install()).toMatchObject({ status: 0, stderr: '' });
    const installed = kept();
    expect(installed).toMatch(/^# BEGIN home-temperature-monitor .*\n(.*\n)*.*collect-hue.*\n/m);
    expect(install()).toMatchObject({ status: 0, stdout: 'install.sh: nothing to change\n' });
    expect(kept()).toBe(installed);
    expect(install('--uninstall').status).toBe(0);
    expect(kept()).not.toContain('home-temperature-monitor');
  },
);

test.each([
  ['a crontab that cannot be read', { says: 'crontab: you are not allowed to use this program' }, [], 1, /not changed/],
  ['no usable configuration', { config: 'hue: {bridge_url: 7}\n' }, [], 2, /cannot be used/],
  ['an uneven interval', {}, ['--every', '7'], 2, /cannot start a command every 7 minutes/],
  ['an unknown flag', {}, ['--evry', '5'], 2, /unknown argument --evry/],
  ['a flag without its value', {}, ['--every'], 2, /--every needs a value/],
])('%s: refused, and nothing changed', (_, options, args, status, message) => {
  const { install, crontab, setCrontab } = machine(options);
  setCrontab(OTHERS);
  const answer = install(...args);
  expect(answer.status).toBe(status);
  expect(answer.stderr).toMatch(message);
  expect(crontab()).toBe(OTHERS);
});

test('an incomplete block is refused', () => {
  const { install, crontab, setCrontab } = machine();
  install();
  const torn = crontab().replace(/# END.*\n/, '');
  setCrontab(torn);
  for (const args of [[], ['--uninstall']]) {
    expect(install(...args)).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/marker lines of this installation is missing/) as string,
    });
    expect(crontab()).toBe(torn);
  }
});

test('two installations in one crontab do not touch each other, whatever their paths are', () => {
  const one = machine();
  one.install();
  const other = join(one.directory, String.raw`o\n\\th\045er`);
  mkdirSync(join(other, 'cron'), { recursive: true });
  for (const name of ['bin', 'dist', 'node_modules', 'config', 'package.json']) {
    symlinkSync(join(PROJECT_ROOT, name), join(other, name));
  }
  copyFileSync(join(PROJECT_ROOT, 'cron/install.sh'), join(other, 'cron/install.sh'));
  chmodSync(join(other, 'cron/install.sh'), 0o755);
  const before = one.crontab();
  const path = `${join(one.directory, 'bin')}:/usr/bin:/bin`;
  const run = (...args: string[]) =>
    spawnSync(join(other, 'cron/install.sh'), ['--config', one.config, ...args], { env: { PATH: path } }).status;
  for (let times = 0; times < 2; times++) {
    expect(run()).toBe(0);
    expect(one.crontab().match(/# BEGIN/g)).toHaveLength(2);
  }
  expect(run('--uninstall')).toBe(0);
  expect(one.crontab()).toBe(before);
});

const why = !existsSync('/usr/sbin/cron')
  ? 'cron is not installed'
  : !isRoot || spawnSync('unshare', ['-m', 'true']).status !== 0
    ? 'only root can give cron a spool of its own'
    : null;

(why === null ? test : test.skip)(
  `Debian's cron runs what was installed${why === null ? '' : ` (skipped: ${why})`}`,
  async () => {
    const home = await openHome({ cloud: false });
    // In its own mount namespace, so that the crontab of this machine is never touched.
    const script = `
      mount -t tmpfs none /var/spool/cron/crontabs && chmod 1730 /var/spool/cron/crontabs
      mount -t tmpfs none /run
      '${PROJECT_ROOT}/cron/install.sh' --every 1 --config '${home.configFile}' --secrets '${home.secretsFile}'
      exec cron -f`;
    const daemon = spawn('unshare', ['-m', 'sh', '-ec', script], {
      cwd: '/',
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/root' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(daemon, 'close');
    try {
      await until(() => existsSync(home.databaseFile) && daemon.exitCode === null);
      await until(async () => (await home.query('SELECT 1 FROM cycles')).length > 0);
      expect(await home.query('SELECT DISTINCT outcome, exit_code FROM cycles')).toEqual([
        { outcome: 'ok', exit_code: 0 },
      ]);
      expect(await home.query('SELECT 1 FROM readings')).not.toEqual([]);
    } finally {
      daemon.kill();
      await ended;
      await home.close();
    }
  },
  150_000,
);

/** What systemd knows of the last run, and what of it is in the journal. */
interface LastRun {
  result: 'success' | 'exit-code' | 'oom-kill';
  status: number;
  /** printed by the command itself */
  printed: string;
  /** … with what systemd adds */
  journal?: string;
}

const EXITED = { result: 'exit-code', status: 1 } as const;
test.each<[string, LastRun, string | null]>([
  ['a failure that is printed', { ...EXITED, printed: 'collect-hue: no answer' }, 'has failed'],
  ['a failure that is not due', { ...EXITED, printed: '' }, null],
  ['its end', { result: 'success', status: 0, printed: 'collect-hue: recovered' }, 'is well again'],
  ['an ordinary cycle', { result: 'success', status: 0, printed: '' }, null],
  ['an end without a word', { result: 'oom-kill', status: 9, printed: '', journal: 'Out of memory' }, 'has failed'],
  ['a missing node', { ...EXITED, status: 203, printed: '', journal: 'Failed at step EXEC' }, 'has failed'],
])('the mail of systemd: %s', (_what, { result, status, printed, journal = printed }, subject) => {
  const directory = scratchDirectory();
  const mail = join(directory, 'mail');
  const programs = {
    systemctl: `case "$*" in *ExecMainStatus*) echo ${status} ;; *Result*) echo ${result} ;; *) echo @1767225600 ;; esac`,
    journalctl: `case "$*" in *--since=@1767225600*_SYSTEMD_UNIT=*) printf '%s' '${printed}' ;; *--unit=*) printf '%s' '${journal}' ;; esac`,
    sendmail: `{ echo "to $*"; cat; } >>'${mail}'`,
  };
  for (const [name, lines] of Object.entries(programs)) {
    writeFileSync(join(directory, name), `#!/bin/sh\n${lines}\n`, { mode: 0o755 });
  }
  const send = () =>
    spawnSync('sh', [join(PROJECT_ROOT, 'cron/mail-what-was-said.sh'), 'collect-hue'], {
      encoding: 'utf8',
      env: { PATH: `${directory}:/usr/bin:/bin`, SENDMAIL: join(directory, 'sendmail'), RUNTIME_DIRECTORY: directory },
    });
  expect(send()).toMatchObject({ status: 0, stderr: '' });
  if (subject === null) {
    expect(existsSync(mail)).toBe(false);
    return;
  }
  const sent = readFileSync(mail, 'utf8');
  expect(sent).toMatch(/^to root\nSubject: home-temperature-monitor: collect-hue /);
  expect(sent).toContain(`collect-hue ${subject} on `);
  expect(sent).toContain(`\n\n${journal}\n`);
  // What systemd tells is mailed once a day; what the command prints is due whenever it is printed.
  expect(send().status).toBe(0);
  expect(readFileSync(mail, 'utf8').match(/Subject/g)).toHaveLength(printed === '' ? 1 : 2);
});

test('a run of systemd has its limits, and leaves no memory with keys in a file', () => {
  const unit = readFileSync(join(PROJECT_ROOT, 'cron/systemd/home-temperature-monitor@.service'), 'utf8');
  for (const line of [/^MemoryMax=\d+M$/m, /^TasksMax=\d+$/m, /^LimitCORE=0$/m]) expect(unit).toMatch(line);
});

const hasSystemd = spawnSync('which', ['systemd-analyze']).status === 0;
(hasSystemd ? test : test.skip)(
  `systemd finds no fault with the units${hasSystemd ? '' : ' (skipped: systemd-analyze is not installed)'}`,
  () => {
    const units = join(PROJECT_ROOT, 'cron', 'systemd');
    const directory = scratchDirectory();
    for (const name of readdirSync(units)) copyFileSync(join(units, name), join(directory, name));
    // Only the path of Node.js differs between machines.
    const service = join(directory, 'home-temperature-monitor@.service');
    writeFileSync(service, readFileSync(service, 'utf8').replace('/usr/bin/node', process.execPath));
    const mail = join(directory, 'home-temperature-monitor-mail@.service');
    writeFileSync(mail, readFileSync(mail, 'utf8').replace('/opt/home-temperature-monitor', PROJECT_ROOT));
    const timers = readdirSync(directory).filter((name) => name.endsWith('.timer'));
    expect(timers).toHaveLength(2);
    const { status, stdout, stderr } = spawnSync(
      'systemd-analyze',
      [
        'verify',
        // For a template, one instance of it.
        ...timers.map((name) => join(directory, name.replace('@.timer', '@hue.timer'))),
        join(directory, 'home-temperature-monitor@health.service'),
        join(directory, 'home-temperature-monitor-mail@health.service'),
      ],
      { encoding: 'utf8' },
    );
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
  },
);
