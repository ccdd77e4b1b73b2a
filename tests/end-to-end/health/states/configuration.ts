/** What can be wrong with the two files that the user writes. */
import { chmodSync, chownSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import type { BrokenState } from './broken-state';
import { dirname } from 'node:path';
import { UNUSED_EMAIL } from '../../../support/constants';
import type { Bench } from '../bench';

/** Writes a valid configuration with the fault `over`, and fixes it by writing it again without the fault. */
const configured = (over: Record<string, Record<string, unknown>>): Pick<BrokenState, 'breakIt' | 'fix'> => ({
  breakIt: (bench) => bench.configure(over),
  fix: (bench) => bench.configure({}),
});

const withSecrets = (over: Record<string, Record<string, unknown>>): Pick<BrokenState, 'breakIt' | 'fix'> => ({
  breakIt: (bench) => bench.configure({}, over),
  fix: (bench) => bench.configure({}),
});

const EDIT = /"\$\{EDITOR:-vi\}" '.*config\.yaml'/;

function appendTo(file: string, text: string): void {
  writeFileSync(file, readFileSync(file, 'utf8') + text);
}

export const CONFIG_STATES: readonly BrokenState[] = [
  {
    title: 'readings are published without encryption',
    check: 'publish',
    status: 'warn',
    exitCode: 0,
    says: /publish\.mqtt\.url is not encrypted/,
    remedy: /Write mqtts:\/\/ in publish\.mqtt\.url/,
    args: ['publish'],
    fixed: 'skip',
    ...configured({ publish: { mqtt: { url: 'mqtt://192.0.2.1' } } }),
  },
  {
    title: 'no configuration file',
    check: 'config',
    status: 'fail',
    exitCode: 2,
    says: /config\.yaml: this configuration file does not exist/,
    remedy: /cp '.*config\.example\.yaml' '.*config\.yaml'/,
    breakIt: ({ home }) => renameSync(home.configFile, `${home.configFile}.away`),
    // The user then fills in the copied example: here with its former content.
    fix: (bench) => {
      renameSync(`${bench.home.configFile}.away`, bench.home.configFile);
    },
  },
  {
    title: 'a value of the wrong type',
    check: 'config',
    status: 'fail',
    exitCode: 2,
    says: /config\.yaml:\d+:\d+: retry\.max_attempts: .*number/,
    remedy: EDIT,
    ...configured({ retry: { max_attempts: 'three' } }),
  },
  {
    title: 'an unknown key',
    check: 'config',
    status: 'fail',
    exitCode: 2,
    says: /config\.yaml:\d+:\d+: .*intervall_minutes.*interval_minutes/,
    remedy: EDIT,
    ...configured({ collection: { intervall_minutes: 5 } }),
  },
  {
    title: 'a value out of its range',
    check: 'config',
    status: 'fail',
    exitCode: 2,
    says: /config\.yaml:\d+:\d+: collection\.deadline_seconds: .*3600/,
    remedy: EDIT,
    ...configured({ collection: { deadline_seconds: 100_000 } }),
  },
  {
    title: 'a file that is not YAML',
    check: 'config',
    status: 'fail',
    exitCode: 2,
    says: /config\.yaml:\d+:\d+: /,
    remedy: EDIT,
    breakIt: ({ home }) => appendTo(home.configFile, '\n}: [\n'),
    fix: (bench) => bench.configure({}),
  },
  {
    title: 'no source enabled',
    check: 'config',
    status: 'fail',
    exitCode: 2,
    says: /enables no source/,
    remedy: EDIT,
    ...configured({ hue: { enabled: false }, amazon_aqm: { enabled: false } }),
  },
  {
    title: 'a file of authorities that is not there',
    check: 'config',
    status: 'fail',
    exitCode: 1,
    says: /hue\.ca_file: .*no-such\.pem cannot be read: no such file/,
    remedy: /Correct hue\.ca_file.*openssl x509 -in '.*no-such\.pem'/,
    ...configured({ hue: { ca_file: '/no-such.pem' } }),
    args: ['--offline'],
  },
  {
    title: 'an interval below a minute',
    check: 'config',
    status: 'warn',
    exitCode: 0,
    says: /collection\.interval_minutes is 0\.5, but cron runs nothing more often/,
    remedy: EDIT,
    ...configured({ collection: { interval_minutes: 0.5, deadline_seconds: 20 } }),
  },
  {
    title: 'a deadline above the interval',
    check: 'config',
    status: 'warn',
    exitCode: 0,
    says: /collection\.deadline_seconds is 600, longer than the interval of 300 s/,
    remedy: EDIT,
    ...configured({ collection: { deadline_seconds: 600 } }),
  },
];

const rewrite = (bench: Bench) => bench.configure({});

export const SECRETS_STATES: readonly BrokenState[] = [
  {
    title: 'no secrets file',
    check: 'secrets',
    status: 'fail',
    exitCode: 2,
    says: /secrets\.yaml: this secrets file does not exist/,
    remedy: /install -m 600 '.*secrets\.example\.yaml' '.*secrets\.yaml'/,
    breakIt: ({ home }) => rmSync(home.secretsFile),
    // auth-hue and auth-amazon then fill in the copied example: here with its former keys.
    fix: rewrite,
  },
  {
    title: 'a malformed key for the bridge',
    check: 'secrets',
    status: 'fail',
    exitCode: 1,
    says: /secrets\.yaml:\d+:\d+: hue\.username: /,
    remedy: /node bin\/auth-hue\.js/,
    ...withSecrets({ hue: { username: 'short!' } }),
  },
  {
    title: 'a malformed refresh token',
    check: 'secrets',
    status: 'fail',
    exitCode: 1,
    says: /secrets\.yaml:\d+:\d+: amazon\.refresh_token: /,
    remedy: /node bin\/auth-amazon\.js/,
    ...withSecrets({ amazon: { refresh_token: 'not-a-refresh-token' } }),
  },
  {
    title: 'a key that is not there yet',
    check: 'secrets',
    status: 'fail',
    exitCode: 1,
    says: /hue\.username is missing, which hue needs/,
    remedy: /node bin\/auth-hue\.js/,
    ...withSecrets({ hue: { username: '' } }),
  },
  {
    title: 'secrets that others may read',
    check: 'secrets',
    status: 'fail',
    exitCode: 1,
    says: /other users of this machine can use .*secrets\.yaml: its mode is 0644/,
    remedy: /chmod 600 '.*secrets\.yaml'/,
    breakIt: ({ home }) => chmodSync(home.secretsFile, 0o644),
  },
  {
    title: 'secrets that this user may not read',
    check: 'secrets',
    status: 'fail',
    exitCode: 2,
    says: /secrets\.yaml: cannot be read: permission denied/,
    remedy: /namei -l '.*secrets\.yaml'/,
    rootBecause: 'only root can give a file away',
    breakIt: ({ home }) => chownSync(home.secretsFile, 0, 0),
    fix: (bench) => {
      bench.own();
    },
  },
  {
    title: 'secrets that others may read, on a read-only mount',
    check: 'secrets',
    status: 'warn',
    exitCode: 0,
    says: /other users of this machine can use .*secrets\.yaml: its mode is 0644/,
    remedy: /The file system is read-only: mount it with mode 0600.*ls -l '.*secrets\.yaml'/,
    rootBecause: 'only root can mount',
    breakIt: (bench) => {
      const { configFile, secretsFile } = bench.home;
      bench.mount(dirname(configFile), 'size=1m');
      bench.configure({});
      chmodSync(secretsFile, 0o644);
      bench.type(`sudo mount -o remount,ro '${dirname(configFile)}'`);
    },
    fix: ({ home, type }) => {
      const folder = dirname(home.configFile);
      type(`sudo mount -o remount,rw '${folder}' && chmod 600 '${home.secretsFile}'`);
      type(`sudo mount -o remount,ro '${folder}'`);
    },
  },
  {
    title: 'a configuration in a folder that every user may write',
    check: 'environment',
    status: 'warn',
    exitCode: 0,
    says: /config can be written by every user, who can change what this program does/,
    remedy: /chmod go-w '.*config'/,
    breakIt: ({ home }) => chmodSync(dirname(home.configFile), 0o777),
  },
  {
    title: 'a rule about a location that nothing has',
    check: 'alerting',
    status: 'warn',
    exitCode: 0,
    says: /the alert "damp" is about the location Bathrom, which has no reading, nearest known: Bathroom/,
    remedy: /"\$\{EDITOR:-vi\}" '.*config\.yaml' && node bin\/health\.js alerting/,
    bench: {
      secrets: { email: UNUSED_EMAIL },
    },
    args: ['alerting'],
    breakIt: ({ home }) => {
      const config = JSON.parse(readFileSync(home.configFile, 'utf8')) as object;
      const alerts = [{ name: 'damp', quantity: 'humidity', location: 'Bathrom', above: 65 }];
      writeFileSync(home.configFile, JSON.stringify({ ...config, alerts }));
    },
    fix: (bench) => bench.configure({}),
  },
  {
    title: 'a malformed section for e-mail',
    check: 'secrets',
    status: 'warn',
    exitCode: 0,
    says: /secrets\.yaml:\d+:\d+: email\.port: /,
    remedy: /"\$\{EDITOR:-vi\}" '.*secrets\.yaml'/,
    ...withSecrets({ email: { host: 'mail.example.org', port: 'smtp', from: 'a@example.org', to: 'b@example.org' } }),
  },
];
