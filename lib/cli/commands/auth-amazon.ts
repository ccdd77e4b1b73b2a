/** auth-amazon: logs in at Amazon on the web, writes the refresh token into secrets.yaml, and clears the alert. */
import { join } from 'node:path';
import { settleAlert } from '../../alert/settle-alert';
import { editYaml, proveEditable, type YamlEdit } from '../../config/edit-yaml';
import { loadSecrets } from '../../config/secrets';
import { asMonitorError, MonitorError } from '../../errors';
import { EXIT, EXIT_CODE_HELP } from '../../exit-codes';
import { stateFolder } from '../../files/state-folder';
import { noTraffic, observed } from '../../http/observed';
import { acquireLock } from '../../store/lock';
import {
  completeSignIn,
  rememberLogin,
  signInAddress,
  tryLogin,
  type LoginContext,
  type WorkingLogin,
} from '../../sources/aqm/login';
import { noToken } from '../../sources/aqm/session';
import { SESSION_LOCK } from '../../sources/aqm/session-file';
import { makeDataDirectory } from '../../store/data-directory';
import { COMMON_FLAGS, type CommandSpec } from '../arguments';
import { askForAddress } from '../auth-amazon/ask-for-address';
import { fieldsOf, showMarketplace, textOf } from '../auth-amazon/show';
import { showRemoved } from '../show-removed';
import { main } from '../command';
import { envelope } from '../envelope';
import { logged, openLoginKit, type LoginKit } from '../login-kit';

const SPEC: CommandSpec = {
  name: 'auth-amazon',
  summary: 'web login at Amazon; writes the refresh token, clears the alert',
  flags: [
    { name: 'url', value: 'ADDRESS', help: 'the address of the last page of the login, instead of pasting it' },
    { name: 'check', help: 'test the current login and change nothing' },
    ...COMMON_FLAGS,
  ],
  examples: [
    'node bin/auth-amazon.js                     shows the login address, and reads the answer',
    "node bin/auth-amazon.js --url 'https://…'   gives the answer without a question",
    'node bin/auth-amazon.js --check             does the current login work?',
  ],
  exitCodes: EXIT_CODE_HELP,
};

/** How long a cycle that is renewing its cookies at this moment may take, in milliseconds. */
const WAIT_FOR_A_CYCLE_MS = 30_000;

// The address given as a flag contains a code: it must not stay readable in the list of processes.
process.title = SPEC.name;

void main(SPEC, async (invocation) => {
  const kit = await openLoginKit('auth-amazon', invocation);
  const { switches, values } = invocation.arguments;
  return logged(kit, async () => {
    const context = contextOf(kit);
    const isCheck = switches.has('check');
    const login = isCheck ? await check(kit, context) : await logIn(kit, context, values);
    if (switches.has('json')) kit.terminal.out(envelope(SPEC.name, fieldsOf(login)));
    else kit.say(textOf(login));
    showMarketplace(kit, context.config.marketplace, login);
    return EXIT.done;
  });
});

function contextOf({ config, secrets, http, retrier, logger, redactor, interrupted, files }: LoginKit): LoginContext {
  if (config.amazon_aqm === null) throw noSection(files.config);
  const dataDirectory = config.storage.data_directory;
  const traffic = noTraffic();
  return {
    config: config.amazon_aqm,
    refreshToken: secrets.amazon?.refresh_token ?? null,
    state: stateFolder(dataDirectory),
    http: observed(http, { traffic, logger }),
    retrier,
    logger,
    traffic,
    redactor,
    signal: interrupted,
    lock: () => acquireLock(join(dataDirectory, SESSION_LOCK), WAIT_FOR_A_CYCLE_MS),
  };
}

/** Tests the stored refresh token; nothing is written. */
async function check({ files }: LoginKit, context: LoginContext): Promise<WorkingLogin> {
  const { faults } = loadSecrets(files.secrets);
  if (faults.amazon) throw faults.amazon;
  if (context.refreshToken === null) throw noToken();
  return tryLogin(context, context.refreshToken);
}

async function logIn(kit: LoginKit, context: LoginContext, values: Readonly<Record<string, string>>) {
  const { files, logger, say } = kit;
  const { amazon: strays = [] } = kit.strays;
  makeDataDirectory(kit.config.storage);
  // Checked before the login, whose code works once: the file for the token must be writable.
  proveEditable(files.secrets);
  const pasted = values['url'] ?? (await askForAddress(kit, context));
  const token = await completeSignIn(context, pasted);
  const edits: YamlEdit[] = [...strays, { path: ['amazon', 'refresh_token'], value: token }];
  const { backup } = editYaml(files.secrets, edits, { mode: 0o600 });
  logger.info('token_stored', `The refresh token was written into ${files.secrets}.`);
  say(`The refresh token is in ${files.secrets}${backup === null ? '' : ` (the former file: ${backup})`}.\n`);
  showRemoved(strays, say);

  const loggedIn = { ...context, refreshToken: token };
  try {
    const login = await tryLogin(loggedIn, token);
    await rememberLogin(loggedIn, token, login);
    await endAlert(kit, context);
    return login;
  } catch (thrown) {
    // An account without monitors, or with a wrong marketplace, is logged in nevertheless.
    if (asMonitorError(thrown).type === 'no_monitor') await endAlert(kit, context);
    throw thrown;
  }
}

function endAlert({ secrets, logger, redactor: redact, retrier }: LoginKit, context: LoginContext): Promise<void> {
  const dataDirectory = context.state.path;
  const signInUrl = () => signInAddress(context);
  return settleAlert(
    { status: 'accepted' },
    { dataDirectory, email: secrets.email ?? null, logger, redact, retrier, signInUrl },
  );
}

function noSection(file: string): MonitorError {
  return new MonitorError(`${file} has no amazon_aqm section`, {
    type: 'configuration',
    permanent: true,
    remediation:
      'Add these lines to it:\namazon_aqm:\n  enabled: true\n  marketplace: amazon.com   # the marketplace of your account',
  });
}
