/**
 * Makes a readings.db as it is after years: `npm run generate -- --readings 20000000 --directory /tmp/years`. Then it
 * prints what a reading costs and what the usual questions take. Options: `--cycles N` (else 10 readings in each pair
 * of cycles: 8 motion sensors, 2 air quality monitors), `--quiet`.
 */
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { generateReadings } from './generator';
import { usualQuestions } from './usual-questions';

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      readings: { type: 'string', default: '1000000' },
      cycles: { type: 'string' },
      directory: { type: 'string' },
      quiet: { type: 'boolean', default: false },
    },
  });
  if (values.directory === undefined) throw new Error('--directory is missing: where to make readings.db');
  const path = resolve(values.directory, 'readings.db');
  const readings = Number(values.readings);
  const cycles = values.cycles === undefined ? undefined : Number(values.cycles);
  const startedAt = performance.now();
  const made = await generateReadings({
    directory: resolve(values.directory),
    readings,
    cycles,
    onProgress: (done) => {
      if (!values.quiet && process.stderr.isTTY) process.stderr.write(`\r${Math.round((100 * done) / readings)} %`);
    },
  });
  if (!values.quiet && process.stderr.isTTY) process.stderr.write('\r');
  const seconds = (performance.now() - startedAt) / 1000;
  const bytes = statSync(path).size;
  console.log(`${path}: ${made.readings} readings in ${made.cycles} cycles, made in ${seconds.toFixed(1)} s`);
  console.log(
    `${(bytes / 1e6).toFixed(1)} MB, ${(bytes / made.readings).toFixed(1)} bytes per reading, all tables and indexes included`,
  );
  if (!values.quiet) await usualQuestions(path);
}

main().catch((thrown: unknown) => {
  console.error(thrown instanceof Error ? thrown.message : thrown);
  process.exitCode = 1;
});
