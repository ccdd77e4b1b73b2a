/** Is the configuration usable, and are there values that the user probably did not intend? */
import type { Config, SourceSection } from '../../config/config';
import { ConfigurationError, formatFault } from '../../config/faults';
import { SOURCES } from '../../sources/all';
import { sectionOf } from '../../sources/source';
import type { CheckContext, Judgement, Problem } from '../../check/check';
import { shellQuoted } from '../../wording';
import { isAtFormerPlace } from '../../config/places';

export async function checkConfig({ installation }: Pick<CheckContext, 'installation'>): Promise<Judgement> {
  const { files, config, configFailure } = installation;
  const details = {
    file: files.config,
    secrets_file: files.secrets,
    enabled: config === null ? [] : installation.enabled,
    ...(config !== null && {
      interval_minutes: config.collection.interval_minutes,
      programs: programsOf(installation.enabled),
    }),
  };
  if (config === null) return { message: '', problems: problemsOf(configFailure, files.config), details };
  const odd = ODDITIES.filter(({ isOdd }) => isOdd(config)).map(({ key, say }): Problem => ({
    status: 'warn',
    message: `${key} ${say(config)}`,
    remediation: {
      say: `Correct ${key}, unless it is intended`,
      command: `"\${EDITOR:-vi}" ${shellQuoted(files.config)}`,
    },
  }));
  const sources = installation.enabled.join(' and ');
  const ofSources = await Promise.all(
    SOURCES.map(async (row) => (await row.configProblems?.(config, files.config)) ?? []),
  );
  const problems = [...ofSources.flat(), ...odd];
  const { data_directory } = config.storage;
  const stays = isAtFormerPlace(files.config, data_directory) ? `; the data stays in ${data_directory}` : '';
  return { message: `${files.config} is valid; enabled: ${sources}${stays}`, problems, details };
}

/** What cron has to start, and the position of each program in the interval, which does not depend on what is disabled. */
function programsOf(enabled: readonly string[]): { name: string; place: number; of: number }[] {
  const all = SOURCES.map(({ program, collector }, place) => ({ name: program, collector, place, of: SOURCES.length }));
  return all.flatMap(({ collector, ...program }) => (enabled.includes(collector) ? [program] : []));
}

/** Every fault with its line and column, not only the first eight. */
function problemsOf(failure: unknown, file: string): Problem[] {
  if (!(failure instanceof ConfigurationError)) throw failure;
  const { say, command } = failure.remedy;
  const edit = `"\${EDITOR:-vi}" ${shellQuoted(file)} && node bin/health.js config`;
  const remediation = { say, command: command === '' ? edit : command };
  return failure.faults.map((fault) => ({ status: 'fail', message: formatFault(fault), remediation }));
}

interface Oddity {
  key: string;
  isOdd: (config: Config) => boolean;
  say: (config: Config) => string;
}

const timeoutOf = (section: SourceSection | null): number => section?.timeout_seconds ?? 0;

/** Valid, but probably not intended. */
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
  {
    key: 'storage.wal_autocheckpoint_pages',
    isOdd: ({ storage }) => storage.wal_autocheckpoint_pages > 10_000,
    say: ({ storage }) =>
      `is ${storage.wal_autocheckpoint_pages}: the write-ahead log may grow to ${Math.round((storage.wal_autocheckpoint_pages * 4096) / 1e6)} MB before it is copied into the database`,
  },
  {
    key: 'logging.max_total_mb',
    isOdd: ({ logging }) => (logging.max_backups + 1) * logging.max_file_mb > logging.max_total_mb,
    say: ({ logging }) =>
      `is ${logging.max_total_mb}: less than the ${logging.max_backups + 1} files of ${logging.max_file_mb} MB that one program may keep`,
  },
  ...SOURCES.map((row): Oddity => ({
    key: `${row.collector}.timeout_seconds`,
    isOdd: (config) => {
      const section = sectionOf(config, row);
      return section?.enabled === true && timeoutOf(section) > config.collection.deadline_seconds;
    },
    say: (config) =>
      `is ${timeoutOf(sectionOf(config, row))}, longer than collection.deadline_seconds allows a cycle to last`,
  })),
  {
    key: 'validation.temperature_max',
    isOdd: ({ validation }) => validation.temperature_max - validation.temperature_min < 5,
    say: ({ validation }) =>
      `leaves a range of ${validation.temperature_min} to ${validation.temperature_max} °C: nearly every reading is marked is_anomalous`,
  },
];
