/** What to do when Amazon cannot be reached: it is the internet or the names, never a device in this network. */
import { MonitorError, type ErrorType, type Remedy } from '../../errors';
import { errorCode } from '../../files/file-error';

const OF_THE_WAY: readonly ErrorType[] = ['network', 'timeout', 'tls'];

/** @returns the same failure with the remedy for a cloud; anything else as it is */
export function asCloudFailure(thrown: unknown, url: string): unknown {
  if (!(thrown instanceof MonitorError) || !OF_THE_WAY.includes(thrown.type)) return thrown;
  return thrown.retold({ remediation: remedyFor(thrown, new URL(url)) });
}

function remedyFor({ type, cause, remedy }: MonitorError, { origin, hostname }: URL): Remedy {
  const code = errorCode(cause);
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return {
      say: 'Check the internet access of this machine, and its DNS servers, which do not know the name',
      command: `getent hosts ${hostname}`,
    };
  }
  // Why a certificate is not accepted is known; what answers there may still have to be found out.
  if (type === 'tls') {
    return remedy.command === '' ? { say: `${remedy.say} What answers`, command: `curl -vI ${origin}` } : remedy;
  }
  return { say: 'Check the internet access of this machine', command: `curl -I ${origin}` };
}
