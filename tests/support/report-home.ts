/** A home with a day's history that contains every kind of event, for tests of the report. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Config } from '../../lib/config/config';
import { NO_QUANTITIES } from '../../lib/quantities';
import type { Reading } from '../../lib/reading';
import { makeReport } from '../../lib/report/report';
import { requestOf, type View } from '../../lib/report/request';
import type { Sink } from '../../lib/report/sink';
import { styleFor } from '../../lib/report/text';
import { Database } from '../../lib/store/database';
import { databasePath } from '../../lib/store/files';
import { readingsDatabase } from '../../lib/store/readings-database';
import type { Cycle } from '../../lib/store/store';
import { cycleOf, hueReading } from './cycles';
import { scratchDirectory } from './scratch';
import { silentLogger, storageOf } from './storage';

export const NOW = Date.parse('2026-01-02T12:00:30.000Z');
const MINUTE = 60_000;

export function configIn(directory: string): Config {
  return {
    file: join(directory, 'config.yaml'),
    collection: { interval_minutes: 5, deadline_seconds: 120 },
    storage: storageOf(join(directory, 'data')),
    hue: { enabled: true },
    amazon_aqm: { enabled: true },
  } as unknown as Config;
}

const at = (clock: string): number => Date.parse(`2026-01-02T${clock}:00.000Z`);
const iso = (ms: number): string => new Date(ms).toISOString();

/** The hue cycle of a time: null if it left no row. */
function hueCycle(ms: number): Cycle | null {
  if (ms >= at('03:00') && ms < at('03:30')) return null; // the machine was off
  const started = iso(ms);
  if (ms >= at('07:00') && ms < at('07:10')) {
    const failure = { outcome: 'failed', exit_code: 1, error_type: 'timeout', error: 'no answer in 10 s' } as const;
    return cycleOf(started, 'hue', [], { ...failure, retries: 3, devices_seen: 0, payload_bytes: 0 });
  }
  const hour = (ms - at('00:00')) / 3_600_000;
  const warmth = 20 + 2 * Math.sin((hour / 24) * 2 * Math.PI);
  const measured_at = iso(ms - 90_000);
  const readings: Reading[] = [
    hueReading('hue:1', {
      location: ms < at('06:00') ? 'Flur' : 'Hall',
      temperature_celsius: Number(warmth.toFixed(2)),
      light_lux: hour > 7 && hour < 17 ? 150 : 0,
      battery_percent: 87,
      measured_at,
    }),
    hueReading('hue:2', {
      location: 'Küche "Süd", oben',
      temperature_celsius: ms === at('09:00') ? 45 : Number((warmth + 1).toFixed(2)),
      is_anomalous: ms === at('09:00'),
      battery_percent: null,
      measured_at,
    }),
    hueReading('hue:3', {
      location: 'Bad',
      temperature_celsius: ms < at('10:00') ? Number((warmth - 3.7).toFixed(2)) : -0.04,
      measured_at: iso(Math.min(ms - 90_000, at('10:00'))),
    }),
  ];
  return cycleOf(started, 'hue', readings, { devices_seen: 4, devices_skipped: { 'hue:4': 'off' } });
}

function aqmCycle(ms: number): Cycle {
  const started_at = iso(ms + 20_000);
  const reading: Reading = {
    ...NO_QUANTITIES,
    device_id: 'alexa:G1',
    device_type: 'alexa_aqm',
    location: 'Hall',
    measured_at: started_at,
    is_anomalous: false,
    temperature_offset_celsius: null,
    temperature_celsius: 21.5,
    humidity_percent: 45,
    pm25_ugm3: 3,
    pm10_ugm3: 7,
    voc_index: 12,
    co_ppm: 0,
    iaq_score: 93,
  };
  return cycleOf(started_at, 'amazon_aqm', [reading], { endpoint: 'state', duration_ms: 400, payload_bytes: 2500 });
}

/** 26 hours of cycles up to NOW. */
export function history(): Cycle[] {
  const cycles: Cycle[] = [];
  for (let ms = NOW - 30_000 - 26 * 60 * MINUTE; ms <= NOW; ms += 5 * MINUTE) {
    const hue = hueCycle(ms);
    if (hue !== null) cycles.push(hue);
    cycles.push(aqmCycle(ms));
  }
  return cycles.filter(({ record }) => Date.parse(record.started_at) < NOW);
}

export async function store(config: Config, cycles: readonly Cycle[]): Promise<void> {
  const database = readingsDatabase(config.storage, silentLogger);
  for (let first = 0; first < cycles.length; first += 200) await database.storeAll(cycles.slice(first, first + 200));
  await database.close();
}

export interface ReportHome {
  directory: string;
  config: Config;
  /** Makes a report as the command does, at NOW, without colours. */
  report: (flags?: Record<string, string>, given?: ReportOptions) => Promise<Made>;
}

export interface ReportOptions {
  view?: View;
  switches?: readonly string[];
  now?: number;
  output?: string;
  /** of the terminal */
  width?: number;
  /** the replacement of standard output */
  stdout?: Sink;
}

export interface Made {
  text: string;
  sentence: string | null;
}

export function reportHome(directory = scratchDirectory()): ReportHome {
  const config = configIn(directory);
  return {
    directory,
    config,
    report: async (flags = {}, { view = 'readings', switches = [], now = NOW, output, width, stdout } = {}) => {
      const written: string[] = [];
      const sink: Sink = {
        write: (text) => written.push(text),
        finish: () => undefined,
        discard: () => undefined,
      };
      const sentence = await makeReport({
        config,
        request: requestOf(view, flags, new Set(switches), now),
        output: output ?? null,
        stdout: stdout ?? sink,
        style: styleFor(false, {}),
        width: width ?? null,
        envelope: (content) => `${JSON.stringify(content)}\n`,
      });
      return { text: written.join(''), sentence };
    },
  };
}

let kept: Promise<ReportHome> | undefined;

/** One for all tests of a file, which only read it. */
export function homeWithHistory(): Promise<ReportHome> {
  kept ??= (async () => {
    const directory = await mkdtemp(join(tmpdir(), 'home-monitor-report-'));
    const home = reportHome(directory);
    await store(home.config, history());
    // The only value in it that is measured.
    const database = await Database.open(databasePath(home.config.storage.data_directory), 'read-write');
    await database.exec('UPDATE cycle SET lock_wait_ms = 0');
    await database.close();
    return home;
  })();
  return kept;
}

afterAll(async () => {
  if (kept !== undefined) await rm((await kept).directory, { recursive: true, force: true });
});
