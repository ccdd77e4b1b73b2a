/** Runs the usual queries on readings.db, and prints the time and the query plan of each. */
import { Database, type SqlValue } from '../../lib/store/database';
import { gaps, hourlyMeans, latestPerDevice, readingsOfDevice } from '../../lib/store/queries';
import { tell } from './show';

const RUNS = 5;

export async function usualQuestions(path: string): Promise<void> {
  const database = await Database.open(path, 'read-only');
  const newest = (await latestPerDevice(database))[0];
  if (newest === undefined) throw new Error(`${path} is empty`);
  const ago = (days: number) => new Date(Date.parse(newest.timestamp) - days * 86_400_000).toISOString();
  const month = { from: ago(30), to: ago(0) };
  const questions: [string, (database: Database) => Promise<unknown[]>][] = [
    ['latest reading per device', (asked) => latestPerDevice(asked)],
    ['a day of one device', (asked) => readingsOfDevice(asked, newest.device_id, { from: ago(100), to: ago(99) })],
    ["a month's hourly means, all devices", (asked) => hourlyMeans(asked, 'temperature_celsius', month)],
    ['gaps in 30 days', (asked) => gaps(asked, 600_000, month)],
  ];
  for (const [question, ask] of questions) {
    const times: number[] = [];
    const cpuTimes: number[] = [];
    let rows = 0;
    for (let run = 0; run < RUNS; run++) {
      const startedAt = performance.now();
      const cpuBefore = process.cpuUsage();
      rows = (await ask(database)).length;
      times.push(performance.now() - startedAt);
      const { user, system } = process.cpuUsage(cpuBefore);
      cpuTimes.push((user + system) / 1000);
    }
    const milliseconds = times.sort((a, b) => a - b)[Math.floor(RUNS / 2)] ?? 0;
    const spread = `worst ${times.at(-1)?.toFixed(1)}, processor ${Math.min(...cpuTimes).toFixed(1)}`;
    tell(`${question}: ${milliseconds.toFixed(1)} ms (${spread}), ${rows} rows`);
    await ask(explaining(database));
  }
  await database.close();
}

/** A database that prints each query's plan instead of answering it. */
function explaining(database: Database): Database {
  const explain = async (sql: string, ...parameters: SqlValue[]) => {
    const steps = await database.all<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`, ...parameters);
    tell(steps.map(({ detail }) => `- ${detail}`).join('\n'));
    return [];
  };
  return Object.assign(Object.create(database) as Database, { all: explain });
}
