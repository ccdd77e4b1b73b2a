/** What auth-amazon says about a login that works. */
import type { WorkingLogin } from '../../sources/aqm/login';
import { printable } from '../../wording';
import type { LoginKit } from '../login-kit';

/** If the account belongs to another marketplace than the configuration says, names that marketplace. */
export function showMarketplace({ terminal, files, logger }: LoginKit, configured: string, login: WorkingLogin): void {
  if (login.marketplace === configured) return;
  const message =
    `The monitors of this account are at ${login.marketplace}, the configuration says ${configured}. They are read there; ` +
    `write "marketplace: ${login.marketplace}" under amazon_aqm in ${files.config} to have it so from the start.`;
  logger.warning('marketplace_changed', message, { configured, marketplace: login.marketplace });
  terminal.err(`${message}\n`);
}

export function textOf({ marketplace, monitors, listFailure }: WorkingLogin): string {
  const works = `The login at ${marketplace} works.`;
  if (listFailure !== null) {
    const known =
      monitors.length === 0 ? 'It is asked for again in each cycle.' : 'The monitors known so far are read.';
    return `${works} The device list cannot be had at the moment: ${printable(listFailure.message)}. ${known}\n`;
  }
  const width = Math.max(...monitors.map(({ name }) => name.length));
  const rows = monitors.map(({ name, serial }) => `  ${printable(name).padEnd(width)}  ${printable(serial)}\n`);
  return `${works} ${monitors.length === 1 ? 'The monitor' : 'The monitors'}:\n${rows.join('')}`;
}

/** The fields of `--json` that only this command has. */
export function fieldsOf({ marketplace, monitors, listFailure }: WorkingLogin): object {
  const list = listFailure === null ? {} : { list_failure: { type: listFailure.type, message: listFailure.message } };
  return { marketplace, ...list, monitors: monitors.map(({ name, serial }) => ({ name, serial })) };
}
