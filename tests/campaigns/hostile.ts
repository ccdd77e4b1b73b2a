/** Hostile devices, clouds and services: each cycle ends as documented, within the deadline, in little memory. */
import { openHome } from '../support/home';
import { meet, type Hostile } from './collectors/hostile';
import { AMAZON } from './collectors/hostile-amazon';
import { BRIDGE } from './collectors/hostile-bridge';
import { SERVICES_OF_HUE } from './collectors/hostile-services';
import { showProgress, tellFindings, type Finding } from './show';

const MOST_MEGABYTES = 150;
const DEADLINE_SECONDS = 20;
const ALL: readonly Hostile[] = [...BRIDGE, ...AMAZON, ...SERVICES_OF_HUE];

export async function campaign(args: string[]): Promise<void> {
  const words = args[args.indexOf('--only') + 1] ?? '';
  const chosen = ALL.filter(({ name }) => !args.includes('--only') || name.includes(words));
  const findings: Finding[] = [];
  for (const [index, hostile] of chosen.entries()) {
    showProgress(index / chosen.length, hostile.name);
    const home = await openHome({
      staysOpen: true,
      config: {
        collection: { deadline_seconds: DEADLINE_SECONDS },
        hue: { timeout_seconds: 2 },
        amazon_aqm: { timeout_seconds: 2 },
        retry: { max_attempts: 1 },
      },
    });
    try {
      const { end, peakMegabytes, seconds } = await meet(home, hostile);
      const good = end === hostile.ends && peakMegabytes < MOST_MEGABYTES && seconds < DEADLINE_SECONDS;
      findings.push([hostile.name, `${end}, ${peakMegabytes} MB, ${seconds.toFixed(1)} s`, good]);
    } finally {
      await home.close();
    }
  }
  tellFindings(`Each ends as expected, below ${MOST_MEGABYTES} MB and ${DEADLINE_SECONDS} s`, findings);
}
