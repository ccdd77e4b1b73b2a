/** What the configuration of Amazon alone tells, before anything is asked. */
import type { Problem } from '../../check/check';
import type { Config } from '../../config/config';
import { isLoopback } from '../../config/urls';
import { shellQuoted } from '../../wording';

/** Who answers there gets what opens the account. A simulator on this machine is not worth a warning. */
export function aqmConfigProblems({ amazon_aqm: aqm }: Config, file: string): Problem[] {
  if (aqm?.enabled !== true) return [];
  return Object.entries(aqm.base_urls)
    .map(([name, url]) => [name, new URL(url).hostname] as const)
    .filter(([, host]) => !isLoopback(host))
    .map(([name, host]) => ({
      status: 'warn',
      message: `amazon_aqm.base_urls.${name} leads to ${host} instead of Amazon's own host: tokens and cookies go there`,
      remediation: { say: `Remove ${name}, unless it is intended`, command: `"\${EDITOR:-vi}" ${shellQuoted(file)}` },
    }));
}
