/** What the sensors-only endpoint saves on links like those of real bridges, for homes of three sizes, with `perf compare`. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { format } from 'prettier';
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

type Size = (typeof HOMES)[number];

interface Answer {
  full: Measurement;
  sensors: Measurement;
  criteria: Criterion[];
  error: { message: string } | null;
}

export async function campaign(args: string[]): Promise<void> {
  const options = { cycles: { type: 'string', default: '5' }, baseline: { type: 'boolean', default: false } } as const;
  const { values } = parseArgs({ args, options });
  if (values.baseline) return captureBaseline(values.cycles);
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

const SLOW = '100 ms, 50 B/ms';

/** Writes docs/performance-baseline.json: what the full configuration costs on the slow link, before anything is saved. */
async function captureBaseline(cycles: string): Promise<void> {
  const { baseline } = await measure<{ baseline: object }>(LINKS[SLOW] as Link, HOMES[1] as Size, 'baseline', cycles);
  const what = `Whole cycles of collect-hue --endpoint full over HTTPS, against the simulated bridge with 8 motion sensors and 8 lights, on a link of ${SLOW}. Compare with: node bin/perf.js compare --against docs/performance-baseline.json`;
  const text = await format(JSON.stringify({ what, node: process.version, ...baseline }), {
    parser: 'json',
    printWidth: 120,
  });
  writeFileSync(join(__dirname, '../../docs/performance-baseline.json'), text);
}

function compareAt(link: Link, size: Size, cycles: string): Promise<Answer> {
  return measure<Answer>(link, size, 'compare', cycles);
}

async function measure<A extends object>(link: Link, size: Size, word: string, cycles: string): Promise<A> {
  const directory = mkdtempSync(join(tmpdir(), 'home-temperature-monitor-bench-'));
  const bridge = await startHueBridge({ home: home(size), protocols: ['https'], link });
  try {
    const { flags } = writeScratchInstallation(directory, { bridge });
    const words = [join(__dirname, '../../bin/perf.js'), word, '--json', '--cycles', cycles, ...flags];
    // Exit 1 is a result here, not a failure.
    const stdout = await new Promise<string>((resolve) => {
      execFile(process.execPath, words, { env: { PATH: '/usr/bin:/bin' } }, (_error, answered) => resolve(answered));
    });
    const answer = JSON.parse(stdout) as A & Pick<Answer, 'error'>;
    if (answer.error !== null) throw new Error(answer.error.message);
    return answer;
  } finally {
    await bridge.close();
    rmSync(directory, { recursive: true, force: true });
  }
}
