/** Measures what a run of a command costs, start and end included. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { Case, Program } from './cases';

export interface Cost {
  wallMs: number;
  /** user and system, all threads */
  cpuMs: number;
}

export interface Measured {
  name: string;
  costs: Cost[];
  /** of the bare starts between its runs */
  bare: Cost[];
  /** of the reference program between its runs, if the case has one */
  reference: Cost[];
  /** MB */
  peakMemory: number;
  barePeakMemory: number;
  referencePeakMemory: number;
}

/** The environment of cron: a variable such as NODE_EXTRA_CA_CERTS makes the start of node itself three times as long. */
export const CRON_ENVIRONMENT = { PATH: '/usr/bin:/bin', HOME: '/nonexistent' };

const BARE: Program = { words: ['-e', '0'], exitCodes: [0] };

/** bash waits with wait4(2), which returns the CPU time of all threads; Node.js does not offer it. */
const TIMED = 'TIMEFORMAT="%3R %3U %3S"; time "$@" 2>&3';

/** Alternates all cases, each with a bare start of node and its reference, so that changes of the load affect all equally. */
export function measure(cases: readonly Case[], rounds: number, environment: NodeJS.ProcessEnv): Measured[] {
  const measured = cases.map(({ name }): Measured => {
    return { name, costs: [], bare: [], reference: [], peakMemory: 0, barePeakMemory: 0, referencePeakMemory: 0 };
  });
  // The first round makes databases and logins, and warms the caches of the file system.
  for (let round = 0; round <= rounds; round++) {
    for (const [index, one] of cases.entries()) {
      if (process.stderr.isTTY) process.stderr.write(`\r\u001b[Kround ${round} of ${rounds}: ${one.name}`);
      const bare = cost(BARE, environment);
      const reference = one.reference && cost(one.reference, environment);
      one.prepare?.();
      const whole = cost(one, environment);
      if (round === 0) continue;
      measured[index]?.bare.push(bare);
      measured[index]?.costs.push(whole);
      if (reference !== undefined) measured[index]?.reference.push(reference);
    }
  }
  for (const [index, one] of cases.entries()) {
    one.prepare?.();
    Object.assign(measured[index] ?? {}, {
      peakMemory: peakMemory(one, environment),
      barePeakMemory: peakMemory(BARE, environment),
      referencePeakMemory: one.reference ? peakMemory(one.reference, environment) : NaN,
    });
  }
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
  return measured;
}

function cost({ words, exitCodes }: Program, environment: NodeJS.ProcessEnv): Cost {
  const output = run('bash', ['-c', TIMED, 'bash', process.execPath, ...words], exitCodes, environment);
  const [wall = NaN, user = NaN, system = NaN] = (output[2] ?? '').trim().split(' ').map(Number);
  if (Number.isNaN(wall + user + system)) throw new Error(`bash printed no times, but: ${output.join('')}`);
  return { wallMs: wall * 1000, cpuMs: (user + system) * 1000 };
}

/** In MB; varies by less than 1 % from run to run. */
function peakMemory({ words, exitCodes }: Program, environment: NodeJS.ProcessEnv): number {
  const hook = ['--require', join(__dirname, 'peak-memory.cjs')];
  const output = run(process.execPath, [...hook, ...words], exitCodes, environment);
  return Number(output[3]) / 1024;
}

/**
 * Runs it as cron does: without input and without a terminal.
 * @returns the output of the file descriptors 2 and 3, by number
 * @throws Error if it ends with an unexpected exit code
 */
function run(
  program: string,
  words: readonly string[],
  exitCodes: readonly number[],
  environment: NodeJS.ProcessEnv,
): (string | null)[] {
  const { status, error, output } = spawnSync(program, words, {
    cwd: '/',
    env: environment,
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  });
  if (error) throw error;
  if (status !== null && exitCodes.includes(status)) return output;
  throw new Error(`${words.join(' ')} ended with exit code ${status ?? 'none'}: ${output.join('')}`);
}
