/** Whether somebody would be told of a failure, and whether the rules of `alerts` name what there is. */
import { hasMailProgram, MAIL_PROGRAMS } from '../../alert/mail-program';
import { newestBelieved } from '../../clock';
import type { CheckContext, Judgement, Problem } from '../../check/check';
import { skip } from '../../check/check';
import type { Secrets } from '../../config/config';
import { isOpenAbroad } from '../../config/home-network';
import type { Remedy } from '../../errors';
import { hasRules } from '../../home-alerts/has-rules';
import { rulesOf } from '../../home-alerts/rules';
import { unknownIn } from '../../home-alerts/watch-home';
import { latestPerDevice } from '../../store/queries';
import { shellQuoted } from '../../wording';
import { askDatabase } from './read-database';

export async function checkAlerting(
  context: Pick<CheckContext, 'installation' | 'config' | 'now'>,
  mailPrograms: readonly string[] = MAIL_PROGRAMS,
): Promise<Judgement> {
  const { installation, config } = context;
  const { files, secrets } = installation;
  if (secrets === null) return skip('not checked: secrets.yaml cannot be used');
  const mail = hasMailProgram(mailPrograms);
  const { email, heartbeat, notify } = secrets.secrets;
  const failures = [...namesOf({ email, heartbeat }), ...(mail ? ['mail of cron'] : [])];
  const home = hasRules(config, secrets.secrets)
    ? namesOf({ email, webhook: notify, command: config.notify?.command })
    : [];
  const problems: Problem[] = [
    ...(failures.length === 0 ? [nobody(files.secrets, home)] : []),
    ...unencrypted(secrets.secrets, files.secrets),
    ...(await unknownRules(context)),
  ];
  const message = [
    `a failure is told by ${failures.join(', ')}`,
    ...(home.length === 0 ? [] : [`an alert about the home by ${home.join(', ')}`]),
  ].join('; ');
  return { message, problems, details: { ways: [...new Set([...failures, ...home])], failures, home } };
}

function namesOf(sections: Record<string, unknown>): string[] {
  return Object.entries(sections).flatMap(([name, section]) => (section === undefined ? [] : [name]));
}

/** @param home ways that tell of the home only: they are used after good cycles */
function nobody(secretsFile: string, home: readonly string[]): Problem {
  const only = home.length === 0 ? '' : `; ${home.join(' and ')} would tell of the home alone`;
  return {
    status: 'warn',
    message: `nobody would be told of a failure: there is no email or heartbeat, and no mail program that cron could use${only}`,
    remediation: addAWay('email', secretsFile),
  };
}

/** For `health --test-alert`, too. */
export function addAWay(sections: string, secretsFile: string): Remedy {
  return {
    say: `Add a section ${sections} as config/secrets.example.yaml shows, then test it`,
    command: `"\${EDITOR:-vi}" ${shellQuoted(secretsFile)} && node bin/health.js --test-alert`,
  };
}

/** The addresses are secrets themselves, so that only their keys are named. */
function unencrypted({ heartbeat = {}, notify }: Secrets, secretsFile: string): Problem[] {
  const ofHeartbeat = Object.entries(heartbeat).map(([name, url]) => [`heartbeat.${name}`, url] as const);
  const addresses = [...ofHeartbeat, ['notify.webhook', notify?.webhook] as const];
  return addresses
    .filter(([, url]) => url !== undefined && isOpenAbroad(url))
    .map(([key]) => ({
      status: 'warn',
      message: `${key} is not encrypted: everybody on the way can read what is sent, and the secret address`,
      remediation: {
        say: 'Write https:// there, if the service has it',
        command: `"\${EDITOR:-vi}" ${shellQuoted(secretsFile)} && node bin/health.js alerting`,
      },
    }));
}

async function unknownRules({ installation, config, now }: Pick<CheckContext, 'installation' | 'config' | 'now'>) {
  if ((config.alerts ?? []).length === 0) return [];
  const latest = await askDatabase(config.storage.data_directory, (database) =>
    latestPerDevice(database, newestBelieved(now().getTime())),
  ).catch(() => null); // what is wrong with the database, its own check says
  if (latest === null) return [];
  const remediation: Remedy = {
    say: 'Correct the rule',
    command: `"\${EDITOR:-vi}" ${shellQuoted(installation.files.config)} && node bin/health.js alerting`,
  };
  return unknownIn(config, rulesOf(config), latest).map(({ message }): Problem => ({
    status: 'warn',
    message,
    remediation,
  }));
}
