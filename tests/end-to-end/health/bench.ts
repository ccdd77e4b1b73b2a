/**
 * A home without a fault: both collectors have stored a cycle. All files belong to an unprivileged user, who runs all
 * commands, so that permissions have an effect. A test breaks one thing in it, and fixes it by following the remediation.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import type { Status } from '../../../lib/check/check';
import { createTestAuthority } from '../../../lib/simulator/certificates';
import { startHueBridge, type HueBridge, type HueBridgeOptions } from '../../../lib/simulator/hue-bridge';
import { openHome, type Home, type HomeOptions } from '../../support/home';
import type { RunOptions, RunResult } from '../../support/run-command';
import { isRoot, NOBODY } from '../../support/as-user';
import type { InstallationCopy } from './installation-copy';

export interface HealthJson {
  schema_version: number;
  status: string;
  exit_code: number;
  duration_ms: number;
  checks: {
    name: string;
    status: Status;
    message: string;
    remediation: string;
    duration_ms: number;
    details: Record<string, unknown>;
  }[];
}

export interface Bench {
  home: Home;
  /** the bridge that answers now; `home.bridge` is the first one */
  bridge: HueBridge;
  /** a prefix for node: `['faketime', '-f', '+1d']` */
  wrapper: readonly string[];
  /** the installation whose bin/ is run, if it is not this project */
  copy: InstallationCopy | null;
  /** runs a command of this program as the home's user */
  run(command: string, args?: readonly string[], options?: RunOptions): Promise<RunResult>;
  /** Runs the command of a remediation; as root only if the command begins with sudo. */
  type: (commandLine: string) => void;
  /** Writes the two files again, with the given sections merged into those of the home. */
  configure: Home['configure'];
  /** Gives everything to the home's user. */
  own(): void;
  /** Another bridge takes the address of the current one. */
  replaceBridge(options?: HueBridgeOptions): Promise<void>;
  /** The first bridge comes back. */
  restoreBridge(): Promise<void>;
  /** a folder in the home that is a separate disk, empty until it is filled */
  mount(directory: string, options: string): void;
  onClose(work: () => void | Promise<void>): void;
  close(): Promise<void>;
}

export interface BenchOptions extends HomeOptions {
  /** whether both collectors run a cycle first; default true */
  cycles?: boolean;
}

const opened = new Set<Bench>();
afterEach(async () => {
  for (const bench of opened) await bench.close();
});

/** Closed when the test ends. */
export async function openBench({ cycles = true, ...options }: BenchOptions = {}): Promise<Bench> {
  const authority = await createTestAuthority();
  const home = await openHome({ ...options, staysOpen: true, bridge: { authority, ...options.bridge } });
  const user: Pick<RunOptions, 'uid'> = isRoot ? { uid: NOBODY } : {};
  const closing: (() => void | Promise<void>)[] = [];
  const bench: Bench = {
    home,
    bridge: home.bridge,
    wrapper: [],
    copy: null,
    run: (command, args = [], more = {}) =>
      bench.copy?.run(command, [...home.flags, ...args]) ??
      home.run(command, args, { ...user, wrapper: bench.wrapper, ...more }),
    type(commandLine) {
      const asRoot = isRoot && commandLine.includes('sudo ');
      execFileSync('sh', ['-c', commandLine.replaceAll('sudo ', '')], {
        stdio: 'pipe',
        ...(asRoot || !isRoot ? {} : { uid: NOBODY, gid: NOBODY }),
      });
    },
    configure(config, secrets) {
      home.configure(config, secrets);
      bench.own();
    },
    own() {
      if (isRoot) execFileSync('chown', ['-R', `${NOBODY}:${NOBODY}`, home.directory]);
    },
    async replaceBridge(changes = {}) {
      await bench.bridge.close();
      bench.bridge = await startHueBridge({
        values: 'fixed',
        authority,
        protocols: ['https'],
        port: home.bridge.httpsPort,
        ...changes,
      });
    },
    restoreBridge: () => bench.replaceBridge({ home: home.bridge.home }),
    mount(directory, mountOptions) {
      mkdirSync(directory, { recursive: true });
      execFileSync('mount', ['-t', 'tmpfs', '-o', mountOptions, 'none', directory]);
      bench.own();
      closing.push(() => {
        execFileSync('umount', ['-l', directory]);
      });
    },
    onClose(work) {
      closing.push(work);
    },
    async close() {
      opened.delete(bench);
      for (const work of closing.splice(0).reverse()) await work();
      await bench.bridge.close();
      await home.close();
    },
  };
  opened.add(bench);
  mkdirSync(home.logDirectory);
  bench.own();
  if (cycles) await runCycles(bench);
  return bench;
}

export async function runCycles(bench: Bench): Promise<void> {
  for (const command of ['collect-hue', 'collect-aqm']) {
    const { exitCode, stderr } = await bench.run(command);
    if (exitCode !== 0) throw new Error(`${command} ended with ${exitCode ?? 'a signal'}: ${stderr}`);
  }
}

/** All checks, as JSON. */
export async function askHealth(
  bench: Bench,
  args: readonly string[] = [],
): Promise<HealthJson & { exitCode: number | null; output: string }> {
  const { stdout, stderr, exitCode } = await bench.run('health', ['--json', '--fresh', ...args]);
  if (stderr !== '') throw new Error(`health wrote on stderr: ${stderr}`);
  return { ...(JSON.parse(stdout) as HealthJson), exitCode, output: stdout };
}
