/**
 * What weakens the protection of keys and data from outside of this program: variables of the environment, and files of
 * this program or folders above them that other users may write.
 */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { CheckContext, Installation, Judgement, Problem } from '../../check/check';
import { installationDirectory } from '../../config/find';
import { openToOthers } from '../../files/who-may-write';

/** Variable → what it does. Their values are not shown: an address of a proxy can hold a password. */
const VARIABLES: Readonly<Record<string, string>> = {
  NODE_TLS_REJECT_UNAUTHORIZED: 'would accept every certificate; it has no effect here, but on other programs',
  NODE_EXTRA_CA_CERTS: 'adds authorities whose certificates are accepted',
  SSL_CERT_FILE: 'can replace the authorities whose certificates are accepted',
  SSL_CERT_DIR: 'can replace the authorities whose certificates are accepted',
  OPENSSL_CONF: 'changes what the encryption accepts',
  NODE_OPTIONS: 'can load other code, or weaken the encryption',
  NODE_PATH: 'can load other code',
  NODE_DEBUG: 'can print keys and answers on stderr',
  LD_PRELOAD: 'loads other code',
  LD_LIBRARY_PATH: 'can load other code',
  SSLKEYLOGFILE: 'can write down the keys of connections',
  NODE_USE_ENV_PROXY: 'can lead connections to another machine',
  HTTP_PROXY: 'leads connections of other programs to another machine; it has no effect here',
  HTTPS_PROXY: 'leads connections of other programs to another machine; it has no effect here',
  ALL_PROXY: 'leads connections of other programs to another machine; it has no effect here',
};

/** So many files and folders are named. */
const NAMED = 5;

export function checkEnvironment({ installation, config }: CheckContext): Judgement {
  return judgeEnvironment(installation, config.storage.data_directory);
}

/** For the collectors, too, which say it in the log once a day. */
export function judgeEnvironment(
  installation: Pick<Installation, 'files' | 'environment'>,
  dataDirectory: string,
): Judgement {
  const variables = weakVariables(installation.environment);
  const files = weakFiles(installation, dataDirectory);
  const problems = [...variables.map(variableProblem), ...fileProblems(files)];
  return {
    message: 'no variable weakens it, and no other user may write its configuration or its code',
    problems,
    details: { variables, files: files.map(({ path, what }) => ({ path, what })) },
  };
}

/** In the spelling in which they are set. */
function weakVariables(environment: NodeJS.ProcessEnv): string[] {
  return Object.keys(environment).filter(
    (name) => VARIABLES[name.toUpperCase()] !== undefined && (environment[name] ?? '') !== '',
  );
}

function variableProblem(name: string): Problem {
  return {
    status: 'warn',
    message: `the variable ${name} is set, which ${VARIABLES[name.toUpperCase()] ?? ''}`,
    remediation: {
      say: `Take ${name} out of the crontab, the unit or the profile, unless it is intended`,
      command: 'crontab -l; systemctl show-environment',
    },
  };
}

/** Trusted are this user, root, and the owner of the data: with `sudo`, that is the user of the collectors. */
function weakFiles({ files }: Pick<Installation, 'files'>, dataDirectory: string) {
  const root = installationDirectory();
  const code = ['bin', 'dist'].flatMap((folder) => filesIn(join(root, folder)));
  const packages = join(root, 'node_modules');
  const owner = statSync(dataDirectory, { throwIfNoEntry: false })?.uid ?? 0;
  return openToOthers([files.config, files.secrets, ...code, packages], [process.geteuid?.() ?? 0, owner]);
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder).map((name) => join(folder, name));
  } catch {
    return [folder];
  }
}

function fileProblems(files: ReturnType<typeof weakFiles>): Problem[] {
  const problems = files.slice(0, NAMED).map(({ path, what, command }): Problem => ({
    status: 'warn',
    message: `${path} ${what}, who can change what this program does with the keys`,
    remediation: { say: '', command },
  }));
  const more = files.length - NAMED;
  if (more <= 0) return problems;
  const message = `${more} more files and folders can be written by other users`;
  return [
    ...problems,
    {
      status: 'warn',
      message,
      remediation: { say: 'See all of them', command: 'node bin/health.js environment --json' },
    },
  ];
}
