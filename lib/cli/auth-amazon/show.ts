/** What auth-amazon says about a login that works. */
import type { WorkingLogin } from '../../sources/aqm/login';
import { printable } from '../../wording';
import type { LoginKit } from '../login-kit';

/** If the account belongs to another marketplace than the configuration says, names that marketplace. */
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

/** The fields of `--json` that only this command has. */
export function fieldsOf({ marketplace, monitors }: WorkingLogin): object {
  return { marketplace, monitors: monitors.map(({ name, serial }) => ({ name, serial })) };
}
