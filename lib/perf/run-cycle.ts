/** Runs whole cycles as cron does, each in its own process, but stores nothing. */
import { execFile } from 'node:child_process';
import { MonitorError, type ErrorType } from '../errors';
import { summarise, type Cycle, type Endpoint, type Measurement } from './measurement';

export interface CycleOptions {
  /** of bin/collect-hue.js, absolute */
  program: string;
  /** `--config FILE --secrets FILE` */
  flags: readonly string[];
  /** ends the running cycle; its reason is thrown */
  signal: AbortSignal;
}

/**
 * Measures the given number of cycles of each endpoint, alternately (A B A B), so that changes of the network affect both.
 * @param onCycle called before each cycle with the number of cycles done and the number of all
 * @throws MonitorError as `runCycle`
 */
export async function measureInTurn<E extends Endpoint>(
  endpoints: readonly E[],
  cycles: number,
  options: CycleOptions & { onCycle: (done: number, all: number) => void },
): Promise<Record<E, Measurement>> {
  const measured = endpoints.map((endpoint) => ({ endpoint, cycles: [] as Cycle[] }));
  for (let round = 0; round < cycles; round++) {
    for (const [index, one] of measured.entries()) {
      options.onCycle(round * endpoints.length + index, cycles * endpoints.length);
      one.cycles.push(await runCycle(one.endpoint, options));
    }
  }
  return Object.fromEntries(measured.map((one) => [one.endpoint, summarise(one.cycles)])) as Record<E, Measurement>;
}

/** The fields of `--dry-run --json` that are used. */
interface Answer {
  readings: unknown[];
  skipped: Record<string, string>;
  endpoint: string | null;
  payload_bytes: number;
  error: { type: ErrorType; message: string; remediation: string } | null;
}

/** @throws MonitorError why the cycle failed, or that it had to use the other endpoint instead */
async function runCycle(endpoint: Endpoint, { program, flags, signal }: CycleOptions): Promise<Cycle> {
  signal.throwIfAborted();
  const startedAt = performance.now();
  const stdout = await new Promise<string>((resolve) => {
    const words = [program, '--dry-run', '--json', '--endpoint', endpoint, ...flags];
    // The exit code is not needed: the answer says more.
    const child = execFile(process.execPath, words, { maxBuffer: 64_000_000 }, (_error, answered) => resolve(answered));
    const stop = () => child.kill();
    signal.addEventListener('abort', stop, { once: true });
    child.once('close', () => signal.removeEventListener('abort', stop));
  });
  const durationMs = performance.now() - startedAt;
  signal.throwIfAborted();
  const answer = parse(stdout);
  if (answer.error !== null) throw new MonitorError(answer.error.message, { ...answer.error, permanent: true });
  if (answer.endpoint !== endpoint) {
    throw new MonitorError('the sensors-only endpoint gives no usable answer: the cycle fell back on the other one', {
      type: 'invalid_response',
      permanent: true,
      remediation: {
        say: 'The event "fallback" in the log of collect-hue says why; check the bridge',
        command: 'node bin/health.js hue',
      },
    });
  }
  const sensors = answer.readings.length + Object.keys(answer.skipped).length;
  return { sensors, payloadBytes: answer.payload_bytes, durationMs };
}

function parse(stdout: string): Answer {
  try {
    return JSON.parse(stdout) as Answer;
  } catch (cause) {
    throw new MonitorError('collect-hue ended without an answer', { type: 'internal', permanent: true, cause });
  }
}
