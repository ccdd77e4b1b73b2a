/** The situations in which a call of a cycle fails, and the ways in which calls fail. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { fault, type Fault } from '../../../lib/simulator/faults';
import { holdDatabase, type Holder } from '../../support/held-database';
import type { Home } from '../../support/home';
import type { RunResult } from '../../support/run-command';
import { answerOf, type ReportedReading } from './reported-readings';

export type Kind = 'file' | 'database' | 'network';

/** The state in which a cycle starts. */
export interface Situation {
  name: string;
  command: 'collect-hue' | 'collect-aqm';
  /** prepares it, once; the readings that it returns must be there at the end, too */
  prepare?: (home: Home) => Promise<ReportedReading[]>;
  /** lasts as long as the cycle with the fault */
  hold?: (home: Home) => Promise<Holder>;
  /** the database must be replaced: by this cycle or, if it fails before, by the next one */
  isDamaged?: boolean;
}

const readingsOf = (result: RunResult): ReportedReading[] => answerOf(result)?.readings ?? [];

const ordinary = (command: Situation['command']) => async (home: Home) =>
  readingsOf(await home.run(command, ['--json']));

async function spooled(home: Home): Promise<ReportedReading[]> {
  const before = await ordinary('collect-hue')(home);
  const holder = await holdDatabase(home.databaseFile);
  const waiting = [...(await ordinary('collect-hue')(home)), ...(await ordinary('collect-aqm')(home))];
  await holder.release();
  return [...before, ...waiting];
}

export const SITUATIONS: readonly Situation[] = [
  { name: 'collect-hue, nothing there yet', command: 'collect-hue' },
  { name: 'collect-hue, an ordinary cycle', command: 'collect-hue', prepare: ordinary('collect-hue') },
  { name: 'collect-hue, cycles wait in the spool', command: 'collect-hue', prepare: spooled },
  {
    name: 'collect-hue, the database is locked',
    command: 'collect-hue',
    prepare: ordinary('collect-hue'),
    hold: (home) => holdDatabase(home.databaseFile),
  },
  {
    name: 'collect-hue, the database is damaged',
    command: 'collect-hue',
    isDamaged: true,
    prepare: (home) => {
      mkdirSync(home.dataDirectory);
      writeFileSync(home.databaseFile, 'This is a text. '.repeat(1000));
      return Promise.resolve([]);
    },
  },
  { name: 'collect-aqm, nothing there yet', command: 'collect-aqm' },
  { name: 'collect-aqm, an ordinary cycle', command: 'collect-aqm', prepare: ordinary('collect-aqm') },
  {
    name: 'collect-aqm, the database is locked',
    command: 'collect-aqm',
    prepare: ordinary('collect-aqm'),
    hold: (home) => holdDatabase(home.databaseFile),
  },
];

/** The faults of the k-th request; `CONNECT` counts connections, of which there may be fewer. */
export const NETWORK_DEEDS: Record<string, { matcher: string; fault: Fault }> = {
  'a reset connection': { matcher: 'CONNECT', fault: fault.reset() },
  'not TLS': { matcher: 'CONNECT', fault: fault.garbage() },
  silence: { matcher: '*', fault: fault.silence() },
  'a reset': { matcher: '*', fault: fault.reset() },
  'a cut body': { matcher: '*', fault: fault.cut() },
  'an empty body': { matcher: '*', fault: fault.empty() },
  HTML: { matcher: '*', fault: fault.html() },
  429: { matcher: '*', fault: fault.status(429) },
  500: { matcher: '*', fault: fault.status(500) },
};

/** `late-`: the call is done, and then reported as failed. */
export const DEEDS: Record<Kind, readonly string[]> = {
  file: ['EIO', 'ENOSPC', 'EACCES', 'late-EIO', 'kill', 'late-kill'],
  database: ['SQLITE_IOERR', 'SQLITE_BUSY', 'SQLITE_FULL', 'SQLITE_CORRUPT', 'late-SQLITE_IOERR', 'kill', 'late-kill'],
  network: Object.keys(NETWORK_DEEDS),
};
