/** The user's part of a web login: shows the address of the login page, and reads the address of the last page from stdin. */
import { MonitorError } from '../../errors';
import { signInAddress, whatIsWrongWith, type LoginContext } from '../../sources/aqm/login';
import { printable } from '../../wording';
import type { LoginKit } from '../login-kit';
import { readPasted } from '../pasted-text';

/** @throws MonitorError `login_needed` if the input ends without an address; the message says how to continue later */
export async function askForAddress(kit: LoginKit, context: LoginContext): Promise<string> {
  kit.tell(
    '1. Open this address in a browser, on any machine, and log in with the account\n' +
      '   that has the monitors:\n\n' +
      `${signInAddress(context)}\n\n` +
      '2. The login ends at a page that may say "Looking for something?", or that it was\n' +
      '   not found: that is correct. Copy its whole address out of the address bar (it\n' +
      '   begins with https://www.amazon and holds "maplanding").\n' +
      '3. Paste it here within a few minutes, and press Enter:\n',
  );
  const pasted = await readPasted({
    input: process.stdin,
    whatIsWrong: (text) => whatIsWrongWith(context, text),
    askAgain: (reason) => kit.tell(`${printable(reason, ' ')}\nCopy the whole address, paste it and press Enter:\n`),
    signal: kit.interrupted,
  });
  if (pasted.trim() !== '') return pasted;
  throw new MonitorError('no address was pasted', {
    type: 'login_needed',
    permanent: true,
    remediation: {
      say: 'Log in at the address above, then',
      command: "node bin/auth-amazon.js --url 'THE ADDRESS WHERE IT ENDED'",
    },
  });
}
