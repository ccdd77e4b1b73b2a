/** Whether somebody would be told of a failure, and whether the rules of `alerts` name what there is. */
import { statSync } from 'node:fs';
import { newestBelieved } from '../../clock';
import type { CheckContext, Judgement, Problem } from '../../check/check';
import { skip } from '../../check/check';
import type { Config, Secrets } from '../../config/config';
import { isOpenAbroad } from '../../config/home-network';
import type { Remedy } from '../../errors';
import { rulesOf } from '../../home-alerts/rules';
import { unknownIn } from '../../home-alerts/watch-home';
import { latestPerDevice } from '../../store/queries';
import { shellQuoted } from '../../wording';
import { askDatabase } from './read-database';

/** By one of these, cron sends what a command prints to the crontab's owner. */
const MAIL_PROGRAMS = ['/usr/sbin/sendmail', '/usr/lib/sendmail', '/usr/bin/sendmail', '/usr/local/sbin/sendmail'];

export async function checkAlerting(
  context: Pick<CheckContext, 'installation' | 'config' | 'now'>,
  mailPrograms: readonly string[] = MAIL_PROGRAMS,
): Promise<Judgement> {
  const { installation, config } = context;
  const { files, secrets } = installation;
  if (secrets === null) return skip('not checked: secrets.yaml cannot be used');
  const mail = mailPrograms.some((path) => statSync(path, { throwIfNoEntry: false })?.isFile() === true);
  const ways = [...waysIn(config, secrets.secrets), ...(mail ? ['mail of cron'] : [])];
  const problems: Problem[] = [
    ...(ways.length === 0 ? [nobody(files.secrets)] : []),
    ...unencrypted(secrets.secrets, files.secrets),
    ...(await unknownRules(context)),
  ];
  return { message: `there is somebody to tell, by ${ways.join(', ')}`, problems, details: { ways } };
}

function waysIn({ notify }: Config, secrets: Secrets): string[] {
  const { email, heartbeat, notify: webhook } = secrets;
  const ways = { email, heartbeat, webhook, command: notify?.command };
  return Object.entries(ways).flatMap(([name, section]) => (section === undefined ? [] : [name]));
}

function nobody(secretsFile: string): Problem {
  return {
    status: 'warn',
    message:
      'nobody would be told of a failure: there is no email, heartbeat or notify, and no mail program that cron could use',
    remediation: addAWay(secretsFile),
  };
}

/** For `health --test-alert`, too. */
export function addAWay(secretsFile: string): Remedy {
  return {
    say: 'Add a section email or notify as config/secrets.example.yaml shows, then test it',
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
