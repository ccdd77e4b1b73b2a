/** What the configuration of the bridges alone tells, before any of them is asked. */
import type { Problem } from '../../check/check';
import type { Config } from '../../config/config';
import { isOpenAbroad } from '../../config/home-network';
import { asMonitorError } from '../../errors';
import { shellQuoted } from '../../wording';
import { bridgesOf } from './bridges';
import { tlsOptionsFor } from './tls';

export function hueConfigProblems(config: Config, file: string): Problem[] {
  return [...authorityProblems(config, file), ...openProblems(config, file)];
}

/** Over http the key is in each request; within the home, the bridge's own row says so. */
function openProblems({ hue }: Config, file: string): Problem[] {
  if (hue?.enabled !== true) return [];
  return bridgesOf(hue)
    .filter(({ bridge_url: url }) => isOpenAbroad(url))
    .map(({ bridge_url: url }) => ({
      status: 'warn',
      message: `bridge_url ${url} is not encrypted, and leads out of the home network: everybody on the way can read the key`,
      remediation: { say: 'Write https:// there', command: `"\${EDITOR:-vi}" ${shellQuoted(file)}` },
    }));
}

/** The file that `hue.ca_file` names is part of the configuration: without it a cycle ends before the bridge is asked. */
function authorityProblems({ hue }: Config, file: string): Problem[] {
  if (hue?.enabled !== true) return [];
  try {
    for (const bridge of bridgesOf(hue)) tlsOptionsFor(bridge);
    return [];
  } catch (thrown) {
    const { message, remediation } = asMonitorError(thrown);
    const edit = `"\${EDITOR:-vi}" ${shellQuoted(file)}`;
    const whereItIs = `${remediation}\nIts name is in the configuration: ${edit}`;
    return [{ status: 'fail', message, remediation: whereItIs, stops: ['hue'] }];
  }
}
