/**
 * Makes a readings.db as it is after years (10 readings in each pair of cycles: 8 motion sensors, 2 air quality monitors),
 * and prints the disk space of a reading and the time of the usual queries.
 */
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { generateReadings } from './generator';
import { showProgress, tell } from './show';
import { usualQuestions } from './usual-questions';

export async function campaign(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      readings: { type: 'string', default: '1000000' },
      cycles: { type: 'string' },
      directory: { type: 'string' },
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
    onProgress: (done) => showProgress(done / readings),
  });
  const seconds = (performance.now() - startedAt) / 1000;
  const bytes = statSync(path).size;
  tell(
    `${made.readings} readings in ${made.cycles} cycles, made in ${seconds.toFixed(1)} s: ${(bytes / 1e6).toFixed(1)} MB, ` +
      `${(bytes / made.readings).toFixed(1)} bytes per reading, all tables and indexes included`,
  );
  await usualQuestions(path);
}
