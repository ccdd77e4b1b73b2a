import { noKey } from '../../../lib/check/no-key';
import { ConfigurationError } from '../../../lib/config/faults';
import type { LoadedSecrets } from '../../../lib/config/secrets';

const LOGIN = { say: 'Pair with the bridge', command: 'node bin/auth-hue.js' };
const FAULT = { file: '/s.yaml', line: 1, column: 1, key: 'hue.usrname', message: 'unknown key' };
const ask = (installation: Parameters<typeof noKey>[0]) =>
  noKey(installation, { section: 'hue', what: 'key for the bridge', login: LOGIN }).problems[0];
const loaded = (faults: LoadedSecrets['faults']): LoadedSecrets => {
  return { ...{ file: '/s.yaml', secrets: {}, unknown: null, strays: {} }, faults };
};

test.each<[string, Parameters<typeof noKey>[0], string]>([
  ['no key yet', { secrets: loaded({}), secretsFailure: null }, LOGIN.command],
  [
    'a file that cannot be read: no login helps',
    {
      secrets: null,
      secretsFailure: new ConfigurationError([FAULT], { say: 'Look at it', command: "namei -l '/s.yaml'" }),
    },
    "namei -l '/s.yaml'",
  ],
  [
    'a section that is not valid, and that a login writes again',
    { secrets: loaded({ hue: new ConfigurationError([FAULT], LOGIN) }), secretsFailure: null },
    LOGIN.command,
  ],
  [
    'a section that can only be corrected by hand: the row secrets says how',
    { secrets: loaded({ hue: new ConfigurationError([FAULT], 'Fix the lines named.') }), secretsFailure: null },
    LOGIN.command,
  ],
])('%s', (_what, installation, command) => {
  expect(ask(installation)).toMatchObject({ status: 'fail', remediation: { command }, causedBy: 'secrets' });
});
