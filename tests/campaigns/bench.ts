/**
 * What a cycle costs relative to a bare start of Node.js and to a program of only the published packages. Every command
 * runs against simulated devices on loopback, alternating with `node -e 0` and bench/reference.ts, in cron's environment;
 * docs/internals/performance.md says what the numbers mean. Options: `--rounds N` (15), `--readings 1000000,20000000` (the commands
 * on databases of these sizes as well, and the usual questions), `--keep-environment` (the caller's instead of cron's),
 * `--other-build DIRECTORY` (the commands of another, built copy of the project as well), `--hand-on` (only what rules,
 * webhook, command and broker add).
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildReference } from './bench/build-reference';
import { grownCases, SENSORS, startUpCases, type Case } from './bench/cases';
import { handOnCases, toPlain } from './bench/hand-on';
import { CRON_ENVIRONMENT, measure } from './bench/measure';
import { openHomes, type Homes } from './bench/open-homes';
import { cpus, median, ratio, toBareNode, toReference, walls } from './bench/ratios';
import { tellTable } from './show';

export async function campaign(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      rounds: { type: 'string', default: '15' },
      readings: { type: 'string', default: '' },
      'other-build': { type: 'string' },
      'keep-environment': { type: 'boolean', default: false },
      'hand-on': { type: 'boolean', default: false },
    },
  });
  const environment = values['keep-environment'] ? process.env : CRON_ENVIRONMENT;
  const rounds = Number(values.rounds);
  const sizes = values.readings.split(',').filter(Boolean).map(Number);
  const directory = mkdtempSync(join(tmpdir(), 'home-temperature-monitor-bench-'));
  let homes: Homes | undefined;
  try {
    homes = await openHomes(directory, SENSORS);
    compareHandedOn(directory, homes, rounds, environment);
    if (values['hand-on']) return;
    if (sizes.length > 0) await compareSizes(directory, sizes, rounds, environment);
    const references = await buildReference(directory);
    compareStarts(startUpCases(directory, references, values['other-build']), rounds, environment);
  } finally {
    homes?.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

/** The collectors and health must not be slower because the database contains many years. */
async function compareSizes(
  directory: string,
  sizes: readonly number[],
  rounds: number,
  environment: NodeJS.ProcessEnv,
) {
  const cases = [];
  for (const readings of [0, ...sizes]) cases.push(...(await grownCases(directory, readings)));
  const measured = measure(cases, rounds, environment);
  const commands = measured.length / (sizes.length + 1);
  const rows = measured.map(({ name, costs }, index) => {
    const empty = measured[index % commands]?.costs ?? [];
    const wall = ratio(walls(costs), walls(empty));
    return { command: name, wall, CPU: ratio(cpus(costs), cpus(empty)), 'wall ms': median(walls(costs)).toFixed(0) };
  });
  tellTable(
    `As data grows: ratios to the same command on an empty database, median (middle half) of ${rounds} runs`,
    rows,
  );
}

function compareHandedOn(directory: string, { kinds }: Homes, rounds: number, environment: NodeJS.ProcessEnv): void {
  const measured = measure(handOnCases(directory, kinds, `http-${SENSORS[0] ?? NaN}`), rounds, environment);
  tellTable(
    `What is handed on after a cycle of collect-hue (http, ${SENSORS[0] ?? NaN} sensors), beside the same cycle without, median (middle half) of ${rounds} runs`,
    measured.map(toPlain),
  );
}

function compareStarts(cases: readonly Case[], rounds: number, environment: NodeJS.ProcessEnv): void {
  const measured = measure(cases, rounds, environment);
  const bare = measured.flatMap((one) => one.bare);
  const [wall, cpu] = [median(walls(bare)), median(cpus(bare))].map((ms) => ms.toFixed(0));
  tellTable(
    `Whole runs as ratios to "node -e 0" of ${process.version} (${wall} ms, CPU ${cpu} ms), median (middle half) of ${rounds} alternating runs`,
    measured.map((one) => ({ command: one.name, ...toBareNode(one) })),
  );
  const compared = measured.filter(({ reference }) => reference.length > 0);
  tellTable(
    'The same runs as ratios to the reference program in the same home',
    compared.map((one) => ({ command: one.name, ...toReference(one) })),
  );
}
