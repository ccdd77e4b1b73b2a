/**
 * Reports to a monitor that watches from outside (healthchecks.io's protocol) that a cycle began and how it ended, so
 * that silence is noticed, too: a machine that is off sends no e-mail.
 */
import { asMonitorError } from '../errors';
import { EXIT } from '../exit-codes';
import type { Http } from '../http/http';
import type { Logger } from '../logging/logger';

export interface HeartbeatContext {
  http: Http;
  logger: Logger;
  signal: AbortSignal;
}

export interface Heartbeat {
  /**
   * Reports the end, after the start has been reported or given up. Never throws, takes 10 s at most.
   * @param outcome `ok`, or the error's type
   */
  end(exitCode: number, outcome: string): Promise<void>;
}

const TIMEOUT_MS = 10_000;

/** @param url of the check; a secret: anybody who knows it can silence the monitor */
export function startHeartbeat(url: string, { http, logger, signal }: HeartbeatContext): Heartbeat {
  const finished = new AbortController();
  const ping = async (path: string, body: string, stop: AbortSignal) => {
    try {
      const { status } = await http({
        method: 'POST',
        url: addressOf(url, path),
        endpoint: `heartbeat${path}`,
        body,
        timeoutMs: TIMEOUT_MS,
        signal: stop,
      });
      if (status >= 200 && status < 300) return;
      logger.warning('heartbeat_failed', `the heartbeat was answered with HTTP status ${status}`, { status });
    } catch (thrown) {
      if (finished.signal.aborted && stop !== signal) return;
      const { type, message } = asMonitorError(thrown);
      logger.warning('heartbeat_failed', `the heartbeat was not sent: ${message}`, { error_type: type });
    }
  };
  // A cycle does not wait for it; an answer that has not come by its end is not needed any more.
  const started = ping('/start', '', AbortSignal.any([signal, finished.signal]));
  return {
    end: async (exitCode, outcome) => {
      finished.abort(new Error('the cycle ended'));
      await started;
      await ping(exitCode === EXIT.done ? '' : `/${exitCode}`, outcome, signal);
    },
  };
}

/** The path goes before the query, if the address has one. */
function addressOf(url: string, path: string): string {
  const address = new URL(url);
  address.pathname = address.pathname.replace(/\/+$/, '') + path;
  return address.href;
}
