/**
 * Makes the source of the air quality monitors from what a cycle gives it, with the alert that its login may need
 * afterwards.
 */
import { join } from 'node:path';
import type { AqmConfig } from '../../config/config';
import type { AfterCycle, Source, SourceKit } from '../source';
import { createAqmSource } from './aqm-source';
import { SESSION_LOCK } from './session-file';

/** How long another process may take to renew the cookies that this one then uses, in milliseconds. */
const WAIT_FOR_THE_OTHER_MS = 30_000;
const LONGEST_MAIL_MS = 30_000;

export function createAqm(kit: SourceKit): Source {
  const dataDirectory = kit.config.storage.data_directory;
  const context = {
    ...kit,
    config: kit.config.amazon_aqm as AqmConfig,
    refreshToken: kit.secrets.amazon?.refresh_token ?? null,
    lock: () => kit.acquireLock(join(dataDirectory, SESSION_LOCK), WAIT_FOR_THE_OTHER_MS),
  };
  const source = createAqmSource(context);

  /** Raises, reminds of or ends the alert, by what this cycle has learnt about the login. */
  async function settle({ retrier, remainingMs }: AfterCycle): Promise<void> {
    const [{ settleAlert }, { signInAddress }] = await Promise.all([
      import('../../alert/settle-alert'),
      import('./login'),
    ]);
    await settleAlert(source.login, {
      dataDirectory,
      email: kit.secrets.email ?? null,
      logger: kit.logger,
      redact: kit.redactor,
      retrier,
      signInUrl: () => signInAddress(context),
      emailDeadlineMs: Math.min(LONGEST_MAIL_MS, remainingMs()),
    });
  }

  return { read: () => source.read(), afterCycle: settle };
}
