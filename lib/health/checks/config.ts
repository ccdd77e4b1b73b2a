/** Is the configuration usable, and does it say what its author will have meant? */
import type { Config } from '../../config/config';
import { ConfigurationError, formatFault } from '../../config/faults';
import { asMonitorError } from '../../errors';
import { tlsOptionsFor } from '../../sources/hue/tls';
import type { CheckContext, Judgement, Problem } from '../check';

export function checkConfig({ installation }: Pick<CheckContext, 'installation'>): Judgement {
  const { files, config, configFailure } = installation;
  const details = {
    file: files.config,
    secrets_file: files.secrets,
    enabled: config === null ? [] : installation.enabled,
    ...(config !== null && { interval_minutes: config.collection.interval_minutes }),
  };
  if (config === null) return { message: '', problems: problemsOf(configFailure, files.config), details };
  const odd = ODDITIES.filter(({ isOdd }) => isOdd(config)).map(({ key, say }): Problem => ({
    status: 'warn',
    message: `${key} ${say(config)}`,
    remediation: `Correct ${key}, unless it is meant so: "\${EDITOR:-vi}" '${files.config}'`,
  }));
  const sources = installation.enabled.join(' and ');
  const problems = [...authorityProblems(config, files.config), ...odd];
  return { message: `${files.config} is valid; enabled: ${sources}`, problems, details };
}

/** The file that `hue.ca_file` names is part of the configuration: without it collect-hue ends before it asks anybody. */
function authorityProblems({ hue }: Config, file: string): Problem[] {
  if (hue?.enabled !== true) return [];
  try {
    tlsOptionsFor(hue);
    return [];
  } catch (thrown) {
    const { message, remediation } = asMonitorError(thrown);
    const edit = `"\${EDITOR:-vi}" '${file}'`;
    return [
      {
        status: 'fail',
        message,
        remediation: `${remediation}\nIts name is in the configuration: ${edit}`,
        stops: ['hue'],
      },
    ];
  }
}

/** Every fault with its place, not only the first eight. */
function problemsOf(failure: unknown, file: string): Problem[] {
  if (!(failure instanceof ConfigurationError)) throw failure;
  const isMissing = failure.remediation.startsWith('Make one');
  const remediation = isMissing
    ? failure.remediation
    : `${failure.remediation}: "\${EDITOR:-vi}" '${file}' and then node bin/health.js config`;
  return failure.faults.map((fault) => ({ status: 'fail', message: formatFault(fault), remediation }));
}

interface Oddity {
  key: string;
  isOdd: (config: Config) => boolean;
  say: (config: Config) => string;
}

/** Legal, but hardly meant. */
const ODDITIES: readonly Oddity[] = [
  {
    key: 'collection.interval_minutes',
    isOdd: ({ collection }) => collection.interval_minutes < 1,
    say: ({ collection }) => `is ${collection.interval_minutes}, but cron runs nothing more often than once a minute`,
  },
  {
    key: 'collection.interval_minutes',
    isOdd: ({ collection }) => collection.interval_minutes > 24 * 60,
    say: ({ collection }) => `is ${collection.interval_minutes}: less than one measurement a day`,
  },
  {
    key: 'collection.deadline_seconds',
    isOdd: ({ collection }) => collection.deadline_seconds > collection.interval_minutes * 60,
    say: ({ collection }) =>
      `is ${collection.deadline_seconds}, longer than the interval of ${collection.interval_minutes * 60} s: a slow cycle makes the next one fail (exit 5)`,
  },
  {
    key: 'storage.busy_timeout_ms',
    isOdd: ({ storage, collection }) => storage.busy_timeout_ms > collection.deadline_seconds * 1000,
    say: ({ storage }) =>
      `is ${storage.busy_timeout_ms}, longer than collection.deadline_seconds allows a cycle to last`,
  },
  {
    key: 'storage.busy_timeout_ms',
    isOdd: ({ storage }) => storage.busy_timeout_ms < 100,
    say: ({ storage }) => `is ${storage.busy_timeout_ms}: two collectors that write at once will need retries`,
  },
  ...(['hue', 'amazon_aqm'] as const).map((source): Oddity => ({
    key: `${source}.timeout_seconds`,
    isOdd: (config) => {
      const section = config[source];
      return section?.enabled === true && section.timeout_seconds > config.collection.deadline_seconds;
    },
    say: (config) =>
      `is ${config[source]?.timeout_seconds ?? 0}, longer than collection.deadline_seconds allows a cycle to last`,
  })),
  {
    key: 'validation.temperature_max',
    isOdd: ({ validation }) => validation.temperature_max - validation.temperature_min < 5,
    say: ({ validation }) =>
      `leaves a range of ${validation.temperature_min} to ${validation.temperature_max} °C: nearly every reading is marked is_anomalous`,
  },
];
