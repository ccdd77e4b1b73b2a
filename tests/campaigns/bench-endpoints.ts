/** What the sensors-only endpoint saves on links like those of real bridges, for homes of three sizes, with `perf compare`. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startHueBridge } from '../../lib/simulator/hue-bridge';
import { home } from '../../lib/simulator/hue-home';
import { FAST_LINK, type Link } from '../../lib/simulator/misbehave';
import { writeScratchInstallation } from '../../lib/simulator/scratch-installation';
import type { Criterion } from '../../lib/perf/comparison';
import type { Measurement } from '../../lib/perf/measurement';
import { tellTable } from './show';

const LINKS: Record<string, Link> = {
  loopback: FAST_LINK,
  '30 ms, 200 B/ms': { firstByteMs: 30, bytesPerMs: 200 },
  '100 ms, 50 B/ms': { firstByteMs: 100, bytesPerMs: 50 },
};
const HOMES = [
  { motionSensors: 1, lights: 8 },
  { motionSensors: 8, lights: 8 },
  { motionSensors: 40, lights: 20 },
];

interface Answer {
  full: Measurement;
  sensors: Measurement;
  criteria: Criterion[];
  error: { message: string } | null;
}

export async function campaign(args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options: { cycles: { type: 'string', default: '5' } } });
  const rows = [];
  for (const [name, link] of Object.entries(LINKS)) {
    for (const size of HOMES) {
      const { full, sensors, criteria } = await compareAt(link, size, values.cycles);
      const [payload, duration] = criteria;
      rows.push({
        link: name,
        sensors: size.motionSensors,
        lights: size.lights,
        'full bytes': full.payload_bytes.median,
        'sensors bytes': sensors.payload_bytes.median,
        'smaller %': payload?.reduction_percent,
        'full ms': Math.round(full.duration_ms.median),
        'sensors ms': Math.round(sensors.duration_ms.median),
        'faster %': duration?.reduction_percent,
        verdict: criteria.map(({ name: criterion, met }) => `${criterion} ${met ? 'met' : 'NOT met'}`).join(', '),
      });
    }
  }
  tellTable(`Medians of ${values.cycles} whole cycles of each endpoint over HTTPS, alternating`, rows);
}

async function compareAt(link: Link, size: (typeof HOMES)[number], cycles: string): Promise<Answer> {
  const directory = mkdtempSync(join(tmpdir(), 'home-temperature-monitor-bench-'));
  const bridge = await startHueBridge({ home: home(size), protocols: ['https'], link });
  try {
    const { flags } = writeScratchInstallation(directory, { bridge });
    const words = [join(__dirname, '../../bin/perf.js'), 'compare', '--json', '--cycles', cycles, ...flags];
    // Exit 1 is a result here, not a failure.
    const stdout = await new Promise<string>((resolve) => {
      execFile(process.execPath, words, { env: { PATH: '/usr/bin:/bin' } }, (_error, answered) => resolve(answered));
    });
    const answer = JSON.parse(stdout) as Answer;
    if (answer.error !== null) throw new Error(answer.error.message);
    return answer;
  } finally {
    await bridge.close();
    rmSync(directory, { recursive: true, force: true });
  }
}
