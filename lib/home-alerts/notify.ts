/** The ways by which people are told: e-mail, a webhook, a command. Each may fail on its own. */
import { spawn } from 'node:child_process';
import { sendEmail } from '../alert/email';
import type { Config, Secrets } from '../config/config';
import { MonitorError } from '../errors';
import type { Http } from '../http/http';
import type { HomeEvent } from './state';
import { textOf } from './words';

export interface Way {
  name: 'email' | 'webhook' | 'command';
  /** @throws MonitorError if the event was not taken; the message holds no secret */
  send: (event: HomeEvent, signal: AbortSignal) => Promise<void>;
}

export interface WaysContext {
  config: Config;
  secrets: Secrets;
  http: Http;
  /** for each event and way */
  timeoutMs: number;
}

/** Those that are configured. */
export function waysToNotify({ config: { notify }, secrets, http, timeoutMs }: WaysContext): Way[] {
  const ways: Way[] = [];
  const { email } = secrets;
  if (email !== undefined) {
    ways.push({
      name: 'email',
      send: (event) =>
        sendEmail(
          email,
          { subject: `home-temperature-monitor: ${textOf(event)}`, text: `${textOf(event)}\n` },
          timeoutMs,
        ),
    });
  }
  if (secrets.notify !== undefined) {
    const url = secrets.notify.webhook;
    const isText = notify?.format === 'text';
    ways.push({
      name: 'webhook',
      send: async (event, signal) => {
        const { status } = await http({
          ...{ method: 'POST', url, endpoint: 'webhook', timeoutMs, signal },
          headers: { 'content-type': isText ? 'text/plain; charset=utf-8' : 'application/json' },
          body: isText ? textOf(event) : JSON.stringify(event),
        });
        if (status < 200 || status >= 300) throw failure(`the webhook answered with HTTP status ${status}`);
      },
    });
  }
  const [program, ...typed] = notify?.command ?? [];
  if (program !== undefined)
    ways.push({ name: 'command', send: (event, signal) => runCommand(program, typed, event, signal) });
  return ways;
}

/** No shell: the arguments are what config.yaml says, and the event is on standard input. */
function runCommand(program: string, typed: string[], event: HomeEvent, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, typed, { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
    const kill = () => {
      // Its children, too: they would keep running after the cycle.
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    };
    const late = () => {
      try {
        kill();
      } catch {
        // It has just ended.
      }
      reject(failure('notify.command took too long'));
    };
    signal.addEventListener('abort', late, { once: true });
    child.once('error', (error) => {
      signal.removeEventListener('abort', late);
      reject(failure(`notify.command cannot be started: ${error.message}`));
    });
    child.once('close', (code, killedBy) => {
      signal.removeEventListener('abort', late);
      if (code === 0) resolve();
      else reject(failure(`notify.command ended with ${code === null ? String(killedBy) : `exit code ${code}`}`));
    });
    child.stdin.on('error', () => undefined); // a command need not read
    child.stdin.end(`${JSON.stringify(event)}\n`);
  });
}

function failure(message: string): MonitorError {
  return new MonitorError(message, {
    type: 'http',
    remediation: 'Try it by hand, and look at notify in config.yaml and secrets.yaml.',
  });
}
