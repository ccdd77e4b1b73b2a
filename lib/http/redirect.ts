/** An answer that leads elsewhere: not followed here, but a source may know the place that it leads to. */
import { MonitorError } from '../errors';

export class RedirectRefused extends MonitorError {
  constructor(
    endpoint: string,
    /** as it was sent: absolute or not, and not checked */
    readonly location: string,
  ) {
    super(`${endpoint} redirects elsewhere, which is not followed`, {
      type: 'http',
      permanent: true,
      endpoint,
      remediation: 'Check the address in the configuration: something else may be answering there.',
    });
  }
}
