/** What meeting hostile devices, clouds and services costs: memory, time, and how the cycle ends. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fault, type Fault } from '../../../lib/simulator/faults';
import type { Home } from '../../support/home';
import { PROJECT_ROOT } from '../../support/run-command';

/** Just below what is read at all. */
export const LIMIT = 7_900_000;

/** A body of that size that repeats a part. */
export const repeated = (open: string, part: string, close: string): Fault =>
  fault.body(open + part.repeat(Math.floor((LIMIT - open.length - close.length) / part.length)) + close);

export interface Hostile {
  /** who it is, and what it does */
  name: string;
  command: 'collect-hue' | 'collect-aqm';
  /** Makes the home meet it. @returns what ends it; null if it ends with the home */
  arrange: (home: Home) => Promise<(() => Promise<void>) | null>;
  /** `exit error_type` that is expected */
  ends: string;
}

/** What has not ended by then, long after its deadline, does not end. */
const HANGS_MS = 60_000;

export interface HostileResult {
  /** `3 too_many_devices`, `0` */
  end: string;
  peakMegabytes: number;
  seconds: number;
  stderr: string;
}

/** One cycle against it. The home needs a fresh database. */
export async function meet(home: Home, { command, arrange }: Hostile): Promise<HostileResult> {
  const close = await arrange(home);
  const startedAt = performance.now();
  const peak = join(__dirname, '..', 'bench', 'peak-memory.cjs');
  const script = join(PROJECT_ROOT, 'bin', `${command}.js`);
  const files = ['--config', home.configFile, '--secrets', home.secretsFile, '--json'];
  const child = spawn(process.execPath, ['--require', peak, script, ...files], {
    env: { PATH: '/usr/bin:/bin', HOME: '/nonexistent' },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const hangs = setTimeout(() => child.kill('SIGKILL'), HANGS_MS);
  const texts = await Promise.all([1, 2, 3].map((index) => textOf(child.stdio[index] as NodeJS.ReadableStream)));
  const [stdout = '', stderr = '', kilobytes = ''] = texts;
  const seconds = (performance.now() - startedAt) / 1000;
  clearTimeout(hangs);
  await close?.();
  const answer = stdout === '' ? null : (JSON.parse(stdout) as { exit_code: number; error: { type: string } | null });
  const end = answer === null ? 'no answer' : `${answer.exit_code} ${answer.error?.type ?? ''}`.trim();
  return { end, peakMegabytes: Math.round(Number(kilobytes) / 1000), seconds, stderr };
}

async function textOf(stream: NodeJS.ReadableStream): Promise<string> {
  let text = '';
  for await (const part of stream) text += String(part);
  return text;
}
