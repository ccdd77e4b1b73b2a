/** Which commands the bench runs, in which homes. */
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { generateReadings } from '../generator';

export const ROOT = join(__dirname, '..', '..', '..');
export const SENSORS = [8, 60];

/** How a program is started, and which exit codes are expected. */
export interface Program {
  words: string[];
  exitCodes: number[];
}

export interface Case extends Program {
  name: string;
  /** before each run, not measured */
  prepare?: () => void;
  /** measured together with it: reference.ts in the same home */
  reference?: Program;
}

type Protocol = 'http' | 'https';
/** The reference program for a home. */
export type References = (protocol: Protocol, sensors: number) => Program;

function command(name: string, installation: string, title: string, root = ROOT): Case {
  return {
    name: title,
    words: [join(root, 'bin', `${name}.js`), '--config', join(installation, 'config', 'config.yaml')],
    exitCodes: name === 'health' ? [0, 1] : [0], // 1: generated readings become old
  };
}

/**
 * @param homes those that homes.ts made
 * @param other another build of this project, whose commands are measured together with ours
 */
export function startUpCases(homes: string, references: References, other?: string): Case[] {
  const commands = [
    ['collect-hue', 'https'],
    ['collect-hue', 'http'],
    ['collect-aqm', 'http'],
    ['health', 'https'],
  ] as const;
  const cases = commands.flatMap(([name, protocol]) =>
    SENSORS.flatMap((sensors) => {
      const installation = join(homes, `${protocol}-${sensors}`);
      const title = `${name === 'collect-hue' ? `${name} (${protocol})` : name}, ${sensors} sensors`;
      const builds = other === undefined ? [ROOT] : [other, ROOT];
      return builds.flatMap((root) => {
        const build = root === ROOT ? '' : 'the other build: ';
        const cold = command(name, installation, `${build}${title}, cold database`, root);
        const warm = command(name, installation, `${build}${title}, warm database`, root);
        const reference = references(protocol, sensors);
        return [
          { ...cold, reference, prepare: () => removeDatabase(join(installation, 'data')) },
          { ...warm, reference },
        ];
      });
    }),
  );
  const reference = (['https', 'http'] as const).map((protocol) => ({
    ...references(protocol, SENSORS[0] ?? NaN),
    name: `the reference program (${protocol}), ${SENSORS[0] ?? NaN} sensors`,
  }));
  return [...reference, ...cases];
}

/** The login is kept: only the database is new. */
function removeDatabase(data: string): void {
  for (const end of ['', '-wal', '-shm']) rmSync(join(data, `readings.db${end}`), { force: true });
}

/** The same home with a database of the given number of readings. */
export async function grownCases(homes: string, readings: number): Promise<Case[]> {
  const installation = join(homes, `grown-${readings}`);
  const data = join(installation, 'data');
  cpSync(join(homes, `https-${SENSORS[0]}`, 'config'), join(installation, 'config'), { recursive: true });
  mkdirSync(data);
  if (readings > 0) await generateReadings({ directory: data, readings });
  const commands = ['collect-hue', 'collect-aqm', 'health'];
  return commands.map((name) => command(name, installation, `${name}, ${readings} readings`));
}
