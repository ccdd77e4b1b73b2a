/** Reads the files that all checks need. */
import type { Installation } from '../check/check';
import { findFiles, type FileFlags } from '../config/find';
import { loadConfig } from '../config/load';
import { loadSecrets } from '../config/secrets';
import { finishEdits } from '../config/unfinished-edits';
import { asMonitorError, type MonitorError } from '../errors';
import { enabledSources, SOURCES } from '../sources/all';

/** Never rejects: a file that cannot be read is a finding of a check. */
export async function readInstallation(flags: FileFlags, environment: NodeJS.ProcessEnv): Promise<Installation> {
  const files = findFiles(flags, { environment });
  await finishEdits(files);
  const { value: config, failure: configFailure } = attempt(() => loadConfig(files.config));
  const { value: secrets, failure: secretsFailure } = attempt(() => loadSecrets(files.secrets));
  // All of them, if it is not known which are enabled.
  const enabled = (config === null ? SOURCES : enabledSources(config)).map(({ collector }) => collector);
  return { files, config, configFailure, secrets, secretsFailure, enabled, environment };
}

function attempt<T>(read: () => T): { value: T | null; failure: MonitorError | null } {
  try {
    return { value: read(), failure: null };
  } catch (thrown) {
    return { value: null, failure: asMonitorError(thrown) };
  }
}
