/** Which commands the bench runs, on what. */
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { generateReadings } from '../generator';

export const ROOT = join(__dirname, '..', '..', '..');
export const SENSORS = [8, 60];

export interface Case {
  name: string;
  words: string[];
  exitCodes: number[];
  /** before each run, not measured */
  prepare?: () => void;
}

function command(name: string, installation: string, title: string): Case {
  return {
    name: title,
    words: [join(ROOT, 'bin', `${name}.js`), '--config', join(installation, 'config', 'config.yaml')],
    exitCodes: name === 'health' ? [0, 1] : [0], // 1: generated readings grow old
  };
}

/** @param homes what homes.ts made */
export function startUpCases(homes: string): Case[] {
  const commands = [
    ['collect-hue', 'https'],
    ['collect-hue', 'http'],
    ['collect-aqm', 'http'],
    ['health', 'https'],
  ] as const;
  return commands.flatMap(([name, protocol]) =>
    SENSORS.flatMap((sensors) => {
      const installation = join(homes, `${protocol}-${sensors}`);
      const title = `${name === 'collect-hue' ? `${name} (${protocol})` : name}, ${sensors} sensors`;
      const cold = command(name, installation, `${title}, cold database`);
      const warm = command(name, installation, `${title}, warm database`);
      return [{ ...cold, prepare: () => removeDatabase(join(installation, 'data')) }, warm];
    }),
  );
}

/** The login stays: only the database is new. */
function removeDatabase(data: string): void {
  for (const end of ['', '-wal', '-shm']) rmSync(join(data, `readings.db${end}`), { force: true });
}

/** The same home with a database of so many readings. */
export async function grownCases(homes: string, readings: number): Promise<Case[]> {
  const installation = join(homes, `grown-${readings}`);
  const data = join(installation, 'data');
  cpSync(join(homes, `https-${SENSORS[0]}`, 'config'), join(installation, 'config'), { recursive: true });
  mkdirSync(data);
  if (readings > 0) await generateReadings({ directory: data, readings });
  const commands = ['collect-hue', 'collect-aqm', 'health'];
  return commands.map((name) => command(name, installation, `${name}, ${readings} readings`));
}
