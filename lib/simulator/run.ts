/** `npm run simulator`: the simulated bridge and cloud alone, until Ctrl-C, with faults if they are asked for. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { stringify } from 'yaml';
import { EXIT } from '../exit-codes';
import { shellQuoted } from '../wording';
import { startAqmCloud } from './aqm-cloud';
import { startHueBridge } from './hue-bridge';
import { home } from './hue-home';
import { NAMED_FAULTS } from './named-faults';
import { writeScratchInstallation } from './scratch-installation';
import { stopSignal, untilStopped } from './until-stopped';

/** of the installation: this file is dist/simulator.js when it runs */
const BIN = join(__dirname, '..', 'bin');

const HELP = `Usage: npm run simulator -- [--port N] [--sensors N] [--monitors N] [--fault NAME]…

  --port N      the port of the bridge (default: any free one)
  --sensors N   how many motion sensors the bridge has (default: 8)
  --monitors N  how many air quality monitors the account has (default: 2)
  --fault NAME  what is wrong until the simulator is stopped; several may be given:

${Object.entries(NAMED_FAULTS)
  .map(([name, { says }]) => `    ${name.padEnd(18)}  ${says}`)
  .join('\n')}
`;

interface Flags {
  port: number;
  sensors: number;
  monitors: number;
  faults: string[];
}

/** @throws Error that says what is wrong with the flags; null if help was asked for */
function flagsOf(args: string[]): Flags | null {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args,
    options: {
      port: text,
      sensors: text,
      monitors: text,
      fault: { type: 'string', multiple: true },
      help: { type: 'boolean' },
    },
  });
  if (values.help === true) return null;
  const unknown = values.fault?.find((name) => !Object.hasOwn(NAMED_FAULTS, name));
  if (unknown !== undefined) throw new Error(`no fault is called ${unknown}: ${Object.keys(NAMED_FAULTS).join(', ')}`);
  return {
    port: wholeNumber('--port', values.port ?? '0', 65_535),
    sensors: wholeNumber('--sensors', values.sensors ?? '8', 60),
    monitors: wholeNumber('--monitors', values.monitors ?? '2', 100),
    faults: values.fault ?? [],
  };
}

function wholeNumber(flag: string, text: string, highest: number): number {
  if (!/^\d+$/.test(text) || Number(text) > highest) {
    throw new Error(`${flag} takes a whole number up to ${highest}, not ${text}`);
  }
  return Number(text);
}

async function simulate({ port, sensors, monitors, faults }: Flags): Promise<void> {
  const stopped = stopSignal();
  const directory = mkdtempSync(join(tmpdir(), 'home-temperature-monitor-simulator-'));
  try {
    const bridge = await startHueBridge({ home: home({ motionSensors: sensors }), protocols: ['https'], port });
    const cloud = await startAqmCloud({ monitors });
    const { written, flags } = writeScratchInstallation(directory, { bridge, cloud });
    for (const name of faults) NAMED_FAULTS[name]?.happen({ bridge, cloud });
    say(`Hue Bridge ${bridge.bridgeId} at ${bridge.httpsUrl}, Amazon's cloud at ${cloud.baseUrls.alexa}`);
    for (const name of faults) say(`Fault ${name}: ${NAMED_FAULTS[name]?.says ?? ''}.`);
    say(`\nconfig.yaml:\n\n${stringify(written.config)}\nsecrets.yaml:\n\n${stringify(written.secrets)}`);
    say('Both are written, for as long as the simulator runs. In another terminal:\n');
    for (const command of ['collect-hue', 'collect-aqm', 'report', 'health']) {
      say(`   ${['node', ...[join(BIN, `${command}.js`), ...flags].map(shellQuoted)].join(' ')}`);
    }
    say('\nCtrl-C stops the simulator and removes its files.');
    await untilStopped(stopped);
    await Promise.all([bridge.close(), cloud.close()]);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

function main(): Promise<void> | void {
  let flags: Flags | null;
  try {
    flags = flagsOf(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`simulator: ${messageOf(error)}\n\n${HELP}`);
    process.exitCode = EXIT.usage;
    return;
  }
  if (flags === null) {
    say(HELP);
    return;
  }
  return simulate(flags).catch((error: unknown) => {
    process.stderr.write(`simulator: ${messageOf(error)}\n`);
    process.exit(EXIT.failed); // a server that is open already would keep the process
  });
}

void main();
