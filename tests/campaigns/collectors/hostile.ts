/** What a hostile bridge can answer, and what each answer costs: memory, time, and how the cycle ends. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fault, type Fault } from '../../../lib/simulator/faults';
import type { Home } from '../../support/home';
import { PROJECT_ROOT } from '../../support/run-command';

/** Just below what is read at all. */
const LIMIT = 7_900_000;

const temperature = (index: number, name: string, uniqueid = `00:17:88:01:${index}-02-0402`) => ({
  ...{ name, uniqueid, type: 'ZLLTemperature', modelid: 'SML001', manufacturername: 'x', swversion: '1' },
  state: { temperature: 2000, lastupdated: '2026-01-01T00:00:00' },
  config: { on: true, reachable: true, battery: 100 },
});

function sensors(count: number, make: (index: number) => unknown): Fault {
  return fault.json(Object.fromEntries(Array.from({ length: count }, (_, index) => [String(index + 1), make(index)])));
}

const repeated = (open: string, part: string, close: string) =>
  fault.body(open + part.repeat(Math.floor((LIMIT - open.length - close.length) / part.length)) + close);

export interface HostileAnswer {
  name: string;
  answer: () => Fault;
  /** `exit error_type` that is expected */
  ends: string;
}

export const HOSTILE_ANSWERS: readonly HostileAnswer[] = [
  { name: 'a list of 2.6 million empty lists', answer: () => repeated('[', '[],', '[]]'), ends: '1 invalid_response' },
  { name: '7.9 million levels of lists', answer: () => fault.body('['.repeat(LIMIT)), ends: '1 invalid_response' },
  {
    name: '4 million levels of lists, closed',
    answer: () => fault.body('['.repeat(LIMIT / 2) + ']'.repeat(LIMIT / 2)),
    ends: '1 invalid_response',
  },
  { name: '600,000 empty sensors', answer: () => sensors(600_000, () => ({})), ends: '1 invalid_response' },
  { name: '99,000 empty sensors', answer: () => sensors(99_000, () => ({})), ends: '1 no_readings' },
  {
    name: 'one name of 7.9 MB',
    answer: () => sensors(1, (index) => temperature(index, 'x'.repeat(LIMIT))),
    ends: '0',
  },
  {
    name: '1,000 names of 7 KB',
    answer: () => sensors(1000, (index) => temperature(index, 'x'.repeat(7000))),
    ends: '3 too_many_devices',
  },
  {
    name: '26,000 sensors',
    answer: () => sensors(26_000, (index) => temperature(index, 'Hall')),
    ends: '1 invalid_response',
  },
  {
    name: '19,000 sensors',
    answer: () => sensors(19_000, (index) => temperature(index, 'Hall')),
    ends: '3 too_many_devices',
  },
  {
    name: '1,000 ids of 7 KB',
    answer: () => sensors(1000, (index) => temperature(index, 'Hall', `${index}${'x'.repeat(7000)}-02-0402`)),
    ends: '1 no_readings',
  },
  {
    name: 'lists in the place of objects',
    answer: () => sensors(3, (index) => ({ ...temperature(index, 'x'), state: [], config: [] })),
    ends: '1 no_readings',
  },
  {
    name: '__proto__ and constructor',
    answer: () =>
      fault.body(
        `{"__proto__":{"type":"ZLLTemperature"},"constructor":${JSON.stringify(temperature(1, 'Hall', '__proto__'))},"toString":[]}`,
      ),
    ends: '3',
  },
  {
    name: 'objects in the place of texts',
    answer: () => sensors(3, () => ({ type: {}, name: [], uniqueid: 5 })),
    ends: '1 no_readings',
  },
  { name: 'a bomb of 1 GB in gzip', answer: () => fault.gzipBomb(1_000_000_000), ends: '1 invalid_response' },
  { name: 'a body of 1 GB', answer: () => fault.hugeBody(1_000_000_000), ends: '1 invalid_response' },
  { name: 'a body without end', answer: () => fault.endlessBody(), ends: '1 invalid_response' },
  { name: 'a byte now and then', answer: () => fault.drip(100), ends: '1 timeout' },
];

export interface HostileResult {
  /** `3 too_many_devices`, `0` */
  end: string;
  peakMegabytes: number;
  seconds: number;
  stderr: string;
}

/** One cycle against the answer, whatever is asked. The home needs a fresh database. */
export async function meet(home: Home, { answer }: HostileAnswer): Promise<HostileResult> {
  home.bridge.faults.always('*', answer());
  const startedAt = performance.now();
  const peak = join(__dirname, '..', 'bench', 'peak-memory.cjs');
  const script = join(PROJECT_ROOT, 'bin', 'collect-hue.js');
  const files = ['--config', home.configFile, '--secrets', home.secretsFile, '--json'];
  const child = spawn(process.execPath, ['--require', peak, script, ...files], {
    env: { PATH: '/usr/bin:/bin', HOME: '/nonexistent' },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const texts = await Promise.all([1, 2, 3].map((index) => textOf(child.stdio[index] as NodeJS.ReadableStream)));
  const [stdout = '', stderr = '', kilobytes = ''] = texts;
  const seconds = (performance.now() - startedAt) / 1000;
  home.bridge.faults.clear();
  const { exit_code, error } = JSON.parse(stdout) as { exit_code: number; error: { type: string } | null };
  const end = `${exit_code} ${error?.type ?? ''}`.trim();
  return { end, peakMegabytes: Math.round(Number(kilobytes) / 1000), seconds, stderr };
}

async function textOf(stream: NodeJS.ReadableStream): Promise<string> {
  let text = '';
  for await (const part of stream) text += String(part);
  return text;
}
