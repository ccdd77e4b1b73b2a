/** The file that `hue.ca_file` names is part of the configuration: without it a cycle ends before the bridge is asked. */
import type { Problem } from '../../check/check';
import type { Config } from '../../config/config';
import { asMonitorError } from '../../errors';
import { bridgesOf } from './bridges';
import { tlsOptionsFor } from './tls';

export function authorityProblems({ hue }: Config, file: string): Problem[] {
  if (hue?.enabled !== true) return [];
  try {
    for (const bridge of bridgesOf(hue)) tlsOptionsFor(bridge);
    return [];
  } catch (thrown) {
    const { message, remediation } = asMonitorError(thrown);
    const edit = `"\${EDITOR:-vi}" '${file}'`;
    const whereItIs = `${remediation}\nIts name is in the configuration: ${edit}`;
    return [{ status: 'fail', message, remediation: whereItIs, stops: ['hue'] }];
  }
}
