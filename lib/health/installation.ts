/** What all checks look at: the two files the user wrote, read once, with what is wrong with each. */
import type { Config } from '../config/config';
import { findFiles, type FileFlags, type Files } from '../config/find';
import { loadConfig } from '../config/load';
import { loadSecrets, type LoadedSecrets } from '../config/secrets';
import { asMonitorError, type MonitorError } from '../errors';
import type { CollectorName } from '../reading';

export interface Installation {
  files: Files;
  /** null where it cannot be used; `configFailure` says why */
  config: Config | null;
  configFailure: MonitorError | null;
  /** null where the file as a whole cannot be used; `secretsFailure` says why */
  secrets: LoadedSecrets | null;
  secretsFailure: MonitorError | null;
  /** which sources the configuration wants read; all of them while that is not known */
  enabled: readonly CollectorName[];
}

/** Never throws: what cannot be read is a finding, not the end. */
export function readInstallation(flags: FileFlags, environment: NodeJS.ProcessEnv): Installation {
  const files = findFiles(flags, { environment });
  const { value: config, failure: configFailure } = attempt(() => loadConfig(files.config));
  const { value: secrets, failure: secretsFailure } = attempt(() => loadSecrets(files.secrets));
  return { files, config, configFailure, secrets, secretsFailure, enabled: enabledSources(config) };
}

function enabledSources(config: Config | null): CollectorName[] {
  if (config === null) return ['hue', 'amazon_aqm'];
  return (['hue', 'amazon_aqm'] as const).filter((name) => config[name]?.enabled === true);
}

function attempt<T>(read: () => T): { value: T | null; failure: MonitorError | null } {
  try {
    return { value: read(), failure: null };
  } catch (thrown) {
    return { value: null, failure: asMonitorError(thrown) };
  }
}
