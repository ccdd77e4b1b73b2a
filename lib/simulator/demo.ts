/**
 * `npm run demo`: the main job on simulated devices. Starts a bridge and a cloud, runs the real collectors as cron
 * would into a scratch folder, shows what they stored, and leaves nothing behind. `--keep`: all of it stays until Ctrl-C, so
 * that a person can try the commands by hand.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { EXIT } from '../exit-codes';
import { startAqmCloud } from './aqm-cloud';
import { forgetKeyOnSignal, stepsByHand } from './demo-steps';
import { readStored, renderTable } from './demo-table';
import { INTERVAL_MINUTES, writeWeek } from './demo-week';
import { startHueBridge } from './hue-bridge';
import { home } from './hue-home';
import { writeScratchInstallation, type ScratchInstallation } from './scratch-installation';
import { stopSignal, untilStopped } from './until-stopped';

const MOTION_SENSORS = 8;
const MONITORS = 2;
/** of the installation: this file is dist/demo.js when it runs */
const BIN = join(__dirname, '..', 'bin');

process.exitCode = EXIT.failed; // a failure, until all has succeeded
const interrupted = stopSignal();

async function demo(): Promise<void> {
  const { keep = false } = parseArgs({ options: { keep: { type: 'boolean' } } }).values;
  const scratch = mkdtempSync(join(tmpdir(), 'home-temperature-monitor-demo-'));
  say(`Simulated home of ${MOTION_SENSORS} motion sensors and ${MONITORS} air quality monitors, in\n${scratch}`);
  const bridge = await startHueBridge({ home: home({ motionSensors: MOTION_SENSORS }), protocols: ['https'] });
  const cloud = await startAqmCloud({ monitors: MONITORS });
  try {
    say(`Hue Bridge at ${bridge.httpsUrl}, Amazon's cloud at ${cloud.baseUrls.alexa}`);
    const installation = writeScratchInstallation(scratch, {
      ...{ bridge, cloud },
      config: { collection: { interval_minutes: INTERVAL_MINUTES } },
    });
    for (const command of ['collect-hue', 'collect-aqm']) await collect(command, installation);
    const rows = await readStored(installation.databaseFile);
    say(`\n${rows.length} readings stored:\n\n${renderTable(rows)}\n`);
    if (rows.length !== MOTION_SENSORS + MONITORS) {
      throw new Error(`${MOTION_SENSORS + MONITORS} readings were expected, ${rows.length} are there`);
    }
    const written = await writeWeek(installation.databaseFile, rows, Date.now());
    say(
      `A made-up week before them: ${written} readings, with an outage, a battery that\nwas dead and a sensor that was stuck.`,
    );
    const page = join(scratch, 'climate.html');
    await show('report', installation);
    await show('health', installation);
    await show('report', installation, '--format', 'html', '--output', page);
    say(`The charts of the week: ${page}\n${keep ? '' : '(It stays with npm run demo -- --keep.)\n'}`);
    if (keep) {
      forgetKeyOnSignal(bridge);
      say(`Bridge, cloud and folder stay until you press Ctrl-C. In another terminal:\n`);
      say(`${stepsByHand(BIN, installation)}\n`);
      await untilStopped(interrupted);
    }
  } finally {
    await Promise.all([bridge.close(), cloud.close()]);
    rmSync(scratch, { recursive: true, force: true });
  }
  say('Devices stopped, scratch folder removed. Nothing of your own was touched.');
}

/** Runs one cycle in its own process; if it fails, its log is shown, because the folder is removed. */
async function collect(command: string, { flags, logDirectory }: ScratchInstallation): Promise<void> {
  const startedAt = performance.now();
  say(`node bin/${command}.js …`);
  const exitCode = await run(command, flags);
  if (exitCode !== EXIT.done) {
    const log = join(logDirectory, `${command}.log`);
    if (existsSync(log)) process.stderr.write(readFileSync(log));
    throw new Error(`${command} ended with exit code ${exitCode ?? 'none (killed)'}`);
  }
  say(`node bin/${command}.js: exit 0 after ${Math.round(performance.now() - startedAt)} ms`);
}

/** Health's exit code is of the home and this machine, whatever they are; the demo did its work nevertheless. */
async function show(command: string, { flags }: ScratchInstallation, ...rest: string[]): Promise<void> {
  say(`\nnode ${[`bin/${command}.js`, ...rest].join(' ')}\n`);
  const exitCode = await run(command, [...rest, ...flags]);
  if (command !== 'health' && exitCode !== EXIT.done) {
    throw new Error(`${command} ended with exit code ${exitCode ?? 'none (killed)'}`);
  }
}

function run(command: string, args: string[]): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(BIN, `${command}.js`), ...args], {
      stdio: ['ignore', 'inherit', 'inherit'],
      signal: interrupted,
    });
    child.once('error', reject);
    child.once('close', resolve);
  });
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

demo().then(
  () => {
    process.exitCode = EXIT.done;
  },
  (error: unknown) => {
    const isInterrupted = interrupted.aborted;
    process.stderr.write(`demo: ${isInterrupted ? 'interrupted' : messageOf(error)}\n`);
    process.exitCode = isInterrupted ? 130 : EXIT.failed;
  },
);
