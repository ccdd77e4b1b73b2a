/** Hostile answers of the bridge: each ends as documented, within the deadline, in little memory. */
import { openHome } from '../support/home';
import { HOSTILE_ANSWERS, meet } from './collectors/hostile';
import { showProgress, tellFindings, tellTable, type Finding } from './show';

const MOST_MEGABYTES = 150;
const DEADLINE_SECONDS = 20;

export async function campaign(): Promise<void> {
  const rows: Record<string, string | number>[] = [];
  const findings: Finding[] = [];
  for (const [index, hostile] of HOSTILE_ANSWERS.entries()) {
    showProgress(index / HOSTILE_ANSWERS.length, hostile.name);
    const home = await openHome({
      cloud: false,
      staysOpen: true,
      config: {
        collection: { deadline_seconds: DEADLINE_SECONDS },
        hue: { timeout_seconds: 2 },
        retry: { max_attempts: 1 },
      },
    });
    try {
      const { end, peakMegabytes, seconds } = await meet(home, hostile);
      rows.push({ answer: hostile.name, 'exit, error': end, 'peak MB': peakMegabytes, s: seconds.toFixed(1) });
      const good = end === hostile.ends && peakMegabytes < MOST_MEGABYTES && seconds < DEADLINE_SECONDS;
      findings.push([hostile.name, `${end}, ${peakMegabytes} MB, ${seconds.toFixed(1)} s`, good]);
    } finally {
      await home.close();
    }
  }
  tellTable('Hostile answers', rows);
  tellFindings(`Each ends as expected, below ${MOST_MEGABYTES} MB and ${DEADLINE_SECONDS} s`, findings);
}
