/** What auth-amazon says of a login that works. */
import type { WorkingLogin } from '../../sources/aqm/login';
import { printable } from '../../wording';
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

/** The command's own fields of `--json`. */
export function fieldsOf({ marketplace, monitors }: WorkingLogin): object {
  return { marketplace, monitors: monitors.map(({ name, serial }) => ({ name, serial })) };
}
