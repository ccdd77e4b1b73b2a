/**
 * What each part of a cycle costs: `npm run profile`. Counts processor instructions with valgrind, the same from run to
 * run however busy the machine is: of whole commands, and of each part alone as a program of its own, bundled and started
 * as the commands are. docs/performance.md has the table. Needs valgrind (Debian: `apt-get install valgrind`).
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { ROOT } from './bench/cases';
import { CRON_ENVIRONMENT } from './bench/measure';
import { openHomes } from './bench/open-homes';

const MILLION = 1_000_000;
/** files in profile/ */
const PARTS = ['nothing', 'request', 'request-and-commit', 'fetch', 'configuration', 'log', 'lock', 'database'];
const RECORDER = join(ROOT, 'lib', 'packaging', 'record-compiled-code.cjs');

interface Count {
  /** millions of instructions, all threads */
  all: number;
  /** of these: V8 compiling functions, nearly all of them Node.js's own, which it keeps no compiled code of */
  compiling: number;
}

async function profile(): Promise<void> {
  if (spawnSync('valgrind', ['--version']).status !== 0) throw new Error('valgrind is not installed');
  const directory = mkdtempSync(join(tmpdir(), 'home-temperature-monitor-profile-'));
  const homes = await openHomes(directory, [8]);
  try {
    const rows: Record<string, Record<string, string>> = {};
    const bare = count(directory, ['-e', '0']);
    const add = (name: string, { all, compiling }: Count) => {
      rows[name] = {
        'million instructions': all.toFixed(1),
        'more than bare': (all - bare.all).toFixed(1),
        'of these compiling': (compiling - bare.compiling).toFixed(1),
        ratio: (all / bare.all).toFixed(2),
      };
    };
    add('node -e 0', bare);
    const words = [join(directory, 'http-8'), `${homes.bridgeUrl}/api/config`];
    for (const part of await buildParts(directory)) {
      keepCompiledCode(part, words);
      add(`part: ${basename(part, '.js')}`, count(directory, [part, ...words]));
    }
    for (const [command, home] of [
      ['collect-hue', 'http-8'],
      ['collect-hue', 'https-8'],
      ['collect-aqm', 'http-8'],
      ['health', 'https-8'],
    ] as const) {
      const run = [join(ROOT, 'bin', `${command}.js`), '--config', join(directory, home, 'config', 'config.yaml')];
      execFileSync(process.execPath, run, { env: CRON_ENVIRONMENT }); // its database and its login are there
      add(`${command}, ${home.replace('-8', '')}`, count(directory, run));
    }
    console.table(rows);
  } finally {
    homes.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

/** @returns the programs */
async function buildParts(directory: string): Promise<string[]> {
  const { bundleWithStart } = await import('../../lib/packaging/bundle.mjs');
  const built = join(directory, 'parts');
  mkdirSync(built);
  await bundleWithStart(
    PARTS.map((name) => join(__dirname, 'profile', `${name}.ts`)),
    built,
  );
  return PARTS.map((name) => join(built, `${name}.js`));
}

/** Twice: what the first run makes (a database, a lock), the second finds. */
function keepCompiledCode(program: string, words: readonly string[]): void {
  const environment = { ...CRON_ENVIRONMENT, NODE_PATH: join(ROOT, 'node_modules') };
  for (let run = 0; run < 2; run++)
    execFileSync(process.execPath, ['--require', RECORDER, program, ...words], { env: environment });
}

function count(directory: string, words: readonly string[]): Count {
  const file = join(directory, 'callgrind.out');
  const tool = ['--tool=callgrind', `--callgrind-out-file=${file}`, '--smc-check=all-non-file'];
  const { status } = spawnSync('valgrind', [...tool, process.execPath, ...words], {
    cwd: '/',
    env: { ...CRON_ENVIRONMENT, NODE_PATH: join(ROOT, 'node_modules') },
    stdio: 'ignore',
  });
  // 1: health warns, because under valgrind everything takes fifty times as long.
  if (status !== 0 && status !== 1) throw new Error(`${words.join(' ')} ended with ${String(status)}`);
  const told = (options: readonly string[]) =>
    execFileSync('callgrind_annotate', ['--threshold=100', ...options, file], { encoding: 'utf8', maxBuffer: 1e9 });
  const own = told([]);
  // V8 tries for a random number of primes at each start: not a cost of anything.
  return {
    all: sum(own, /PROGRAM TOTALS/) - sum(own, /detail::sprp/),
    compiling: sum(told(['--inclusive=yes']), /:v8::internal::Runtime_CompileLazy\(int/),
  };
}

/** Adds up the first column of the lines that match, in millions. */
function sum(table: string, wanted: RegExp): number {
  return table
    .split('\n')
    .filter((line) => wanted.test(line))
    .reduce((total, line) => total + Number((/^ *([\d,]+)/.exec(line)?.[1] ?? '0').replaceAll(',', '')) / MILLION, 0);
}

profile().catch((thrown: unknown) => {
  console.error(thrown instanceof Error ? thrown.message : thrown);
  process.exitCode = 1;
});
