/** What auth-amazon says of a login that works. */
import type { WorkingLogin } from '../../sources/aqm/login';
import type { LoginKit } from '../login-kit';

/** Tells where the account lives, where the configuration says something else. */
export function showMarketplace({ terminal, files, logger }: LoginKit, configured: string, login: WorkingLogin): void {
  if (login.marketplace === configured) return;
  const message =
    `This account lives at ${login.marketplace}, the configuration says ${configured}. ` +
    `Write "marketplace: ${login.marketplace}" under amazon_aqm in ${files.config}, else the monitors are not found.`;
  logger.warning('marketplace_differs', message);
  terminal.err(`${message}\n`);
}

export function textOf({ marketplace, monitors }: WorkingLogin): string {
  const width = Math.max(...monitors.map(({ name }) => name.length));
  const rows = monitors.map(({ name, serial }) => `  ${printable(name).padEnd(width)}  ${printable(serial)}\n`);
  return `The login at ${marketplace} works. ${monitors.length === 1 ? 'The monitor' : 'The monitors'}:\n${rows.join('')}`;
}

/** A name comes from outside: no control character of it may reach the terminal. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, '?');
}

export function jsonOf(command: string, { marketplace, monitors }: WorkingLogin): object {
  return {
    schema_version: 1,
    command,
    exit_code: 0,
    outcome: 'ok',
    started_at: new Date(performance.timeOrigin).toISOString(),
    duration_ms: Math.round(performance.now()),
    marketplace,
    monitors: monitors.map(({ name, serial }) => ({ name, serial })),
    error: null,
  };
}
