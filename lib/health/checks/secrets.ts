/** Are the keys present that the enabled sources need, do they have the right form, and can no other user read them? */
import { formatFault, type ConfigurationError } from '../../config/faults';
import type { LoadedSecrets } from '../../config/secrets';
import { secretsFileState, type SecretsFileState } from '../../config/secrets-file';
import { SOURCES } from '../../sources/all';
import type { Remedy } from '../../errors';
import type { SourceRow } from '../../sources/source';
import { shellQuoted } from '../../wording';
import type { CheckContext, Judgement, Problem } from '../../check/check';

export function checkSecrets({ installation }: CheckContext): Judgement {
  const { files, secrets, secretsFailure, enabled } = installation;
  const file = files.secrets;
  if (secrets === null) {
    const { message, remedy } = secretsFailure as NonNullable<typeof secretsFailure>;
    const unusable: Problem = { status: 'fail', message, stops: enabled };
    if (remedy.command !== '') unusable.remediation = remedy;
    return { message: '', problems: [unusable], details: { file } };
  }
  const state = secretsFileState(file);
  const needed = SOURCES.filter(({ collector }) => enabled.includes(collector));
  const problems = [
    ...needed.flatMap((need) => sectionProblems(secrets, need)),
    ...OPTIONAL.flatMap((section) => warnings(secrets.faults[section], file)),
    ...warnings(secrets.unknown, file),
    ...fileProblems(state, file),
  ];
  const details = { file, mode: octal(state.mode), sections: Object.keys(secrets.secrets) };
  return { message: `${file} has what is needed, mode ${octal(state.mode)}`, problems, details };
}

function sectionProblems(loaded: LoadedSecrets, { collector, secret }: SourceRow): Problem[] {
  if (secret === null) return [];
  const { section, key, remedy: remediation } = secret;
  const stops = [collector];
  const failure = loaded.faults[section];
  if (failure !== undefined) {
    const remedy = withEditor(failure.remedy, loaded.file);
    return failure.faults.map((fault) => ({ status: 'fail', message: formatFault(fault), remediation: remedy, stops }));
  }
  if (loaded.secrets[section] !== undefined) return [];
  const message = `${loaded.file}: ${section}.${key} is missing, which ${collector} needs`;
  return [{ status: 'fail', message, remediation, stops }];
}

/** No collector needs them. */
const OPTIONAL = ['email', 'heartbeat', 'notify', 'mqtt'] as const;

/** What does not stop a collector; an unknown section may be a typing mistake. */
function warnings(failure: ConfigurationError | null | undefined, file: string): Problem[] {
  if (failure === null || failure === undefined) return [];
  const remediation = withEditor(failure.remedy, file);
  return failure.faults.map((fault) => ({ status: 'warn', message: formatFault(fault), remediation }));
}

/** What can only be corrected by hand gets the command for that. */
function withEditor({ say, command }: Remedy, file: string): Remedy {
  if (command !== '') return { say, command };
  return { say: say.replace(/[.]$/, ''), command: `"\${EDITOR:-vi}" ${shellQuoted(file)}` };
}

function fileProblems({ mode, othersMayUse, foreignOwner, readOnlyMount }: SecretsFileState, file: string): Problem[] {
  const problems: Problem[] = [];
  if (othersMayUse) {
    problems.push({
      status: readOnlyMount ? 'warn' : 'fail',
      message: `other users of this machine can use ${file}: its mode is ${octal(mode)}, expected 0600`,
      remediation: readOnlyMount
        ? `The file system is read-only: mount it with mode 0600 (docker: --mount …,mode=0600), then see: ls -l ${shellQuoted(file)}`
        : `chmod 600 ${shellQuoted(file)}`,
      stops: [],
    });
  }
  if (foreignOwner !== null) {
    problems.push({
      status: readOnlyMount ? 'warn' : 'fail',
      message: `${file} belongs to user ${foreignOwner}, who can change what is logged in with`,
      remediation: {
        say: '',
        command: `sudo chown ${process.geteuid?.() ?? 0} ${shellQuoted(file)} && sudo chmod 600 ${shellQuoted(file)}`,
      },
      stops: [],
    });
  }
  return problems;
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, '0');
}
