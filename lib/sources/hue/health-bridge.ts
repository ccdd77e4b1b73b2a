/** What is wrong with a bridge itself, and what to do about it. */
import type { Problem } from '../../check/check';
import type { WarningCollector } from '../../check/warnings';
import type { ErrorType, MonitorError, Remedy } from '../../errors';
import { warningProblems } from '../warned';
import { shellQuoted } from '../../wording';
import { nameFlag, remedyFor, type BridgeConfig } from './bridges';

export const LOOK_AGAIN = 'node bin/health.js hue';
const IF_IT_STAYS = 'If it stays so, restart the bridge';
const CHECK_AGAIN: Remedy = { say: `${IF_IT_STAYS}, then`, command: LOOK_AGAIN };

export function bridgeProblem({ type, message, remedy }: MonitorError, bridge: BridgeConfig): Problem {
  const command = `node bin/auth-hue.js${nameFlag(bridge)}`;
  const switchOn = {
    say: 'Check that the bridge is switched on and in this network; if its address has changed',
    command,
  };
  const remedies: Partial<Record<ErrorType, Remedy>> = {
    network: switchOn,
    timeout: switchOn,
    deadline: switchOn,
    wrong_bridge: { say: 'Find the right one, or pair with the new one', command },
    rate_limited: { say: 'Another app asks the bridge too often; wait a minute, then', command: LOOK_AGAIN },
    http: CHECK_AGAIN,
    invalid_response: CHECK_AGAIN,
  };
  // A command of its own knows more: that another bridge has taken the home over.
  const remediation = remedy.command === '' ? (remedies[type] ?? remedy) : remedyFor(remedy, bridge);
  return { status: 'fail', message, remediation };
}

/** What the configuration says of a bridge that has changed since, and that was proved to be ours nevertheless. */
export function outdated(bridge: BridgeConfig, address: string, isPinReplaced: boolean, file: string): Problem[] {
  const problems: Problem[] = [];
  const edit = `"\${EDITOR:-vi}" ${shellQuoted(file)}`;
  const { bridge_url: url } = bridge;
  if (url.startsWith('http:') && address.startsWith('https:')) {
    const message = `the bridge has given up http (${url}); it is read at ${address}`;
    problems.push({
      status: 'warn',
      message,
      remediation: { say: `Write https:// (bridge_url: ${address})`, command: edit },
    });
  }
  if (isPinReplaced) {
    const message = 'the bridge has got a certificate of an authority, which is used instead of the pinned one';
    problems.push({ status: 'warn', message, remediation: { say: 'Write certificate_sha256: ""', command: edit } });
  }
  return problems;
}

/** What a bridge answered oddly. */
export function oddProblems(warnings: WarningCollector['warnings']): Problem[] {
  const tls_insecure = {
    say: 'Set hue.tls: verify in config.yaml; pairing again pins a certificate without an authority',
    command: 'node bin/auth-hue.js',
  };
  const of = { app: 'Hue app', section: 'hue', command: LOOK_AGAIN, own: { tls_insecure }, otherwise: IF_IT_STAYS };
  return warningProblems(warnings, of);
}
