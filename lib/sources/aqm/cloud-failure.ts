/** What to do when Amazon cannot be reached: it is the internet or the names, never a device in this network. */
import { MonitorError, type ErrorType, type Remedy } from '../../errors';

const OF_THE_WAY: readonly ErrorType[] = ['network', 'timeout', 'tls'];

/** @returns the same failure with the remedy for a cloud; anything else as it is */
export function asCloudFailure(thrown: unknown, url: string): unknown {
  if (!(thrown instanceof MonitorError) || !OF_THE_WAY.includes(thrown.type)) return thrown;
  const { type, permanent, endpoint } = thrown;
  return new MonitorError(thrown.message, {
    type,
    permanent,
    ...(endpoint === undefined ? {} : { endpoint }),
    remediation: remedyFor(thrown, new URL(url)),
    cause: thrown.cause,
  });
}

function remedyFor({ type, cause }: MonitorError, { origin, hostname }: URL): Remedy {
  const { code } = (cause ?? {}) as { code?: unknown };
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return {
      say: 'Check the internet access of this machine, and its DNS servers, which do not know the name',
      command: `getent hosts ${hostname}`,
    };
  }
  if (type === 'tls') {
    return {
      say: 'Check the clock of this machine (date), and that no proxy or firewall answers instead of Amazon',
      command: `curl -vI ${origin}`,
    };
  }
  return { say: 'Check the internet access of this machine', command: `curl -I ${origin}` };
}
