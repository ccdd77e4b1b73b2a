/** The stress tests of the store in their long form: all of them, or those that are named. (Kills: the campaign `crash`.) */
import { writeTogether } from './store/concurrency';
import { meetDamage, replaceUnderLoad } from './store/damage';
import { canMount, fillDisk } from './store/full-disk';
import { holdLock } from './store/lock-holders';
import { readForever } from './store/long-reader';
import { prepareWorkers, type Workers } from './store/workers';
import { showProgress, tell, tellTable } from './show';

function verdict(good: boolean): string {
  if (!good) process.exitCode = 1;
  return good ? 'ok' : 'FAILED';
}

const progress = (text: string) => showProgress(0, text);

/** 2, 8 and 32 processes, also with checkpoints every 4 pages. */
async function concurrency(workers: Workers): Promise<void> {
  const rows = [];
  for (const autocheckpointPages of [1000, 4]) {
    for (const processes of [2, 8, 32]) {
      progress(`${processes} processes, checkpoints every ${autocheckpointPages} pages`);
      const result = await writeTogether(workers, {
        processes,
        cyclesEach: Math.ceil(4000 / processes),
        autocheckpointPages,
      });
      const { cycles, failed, errors, stored, integrity, waits, seconds } = result;
      for (const error of errors.slice(0, 3)) tell(`${processes} processes: ${error}`);
      rows.push({
        processes,
        'checkpoint pages': autocheckpointPages,
        cycles,
        failed,
        'wait p50 ms': waits.p50,
        'wait p99 ms': waits.p99,
        'wait max ms': waits.max,
        'cycles/s': Math.round(cycles / seconds),
        verdict: verdict(failed === 0 && stored === cycles && integrity === 'ok'),
      });
    }
  }
  tellTable('Processes that write at once, each cycle with its own connection', rows);
}

/** The real times: busy timeout 5 s, retries after 1, 2 and 4 s. */
async function locks(workers: Workers): Promise<void> {
  const expected = { 3: [0, 0], 8: [0, 1], 60: [1, 3] } as const;
  const rows = [];
  for (const held of [3, 8, 60] as const) {
    progress(`a lock held for ${held} s`);
    const options = { busyTimeoutMs: 5000, baseDelaySeconds: 1, from: 'event wal_verified', heldMs: held * 1000 };
    const result = await holdLock(workers, options);
    const exitCode = result.report?.exitCode;
    rows.push({
      'held s': held,
      'exit code': exitCode,
      'stored at once': result.report?.stored,
      spooled: result.report?.spooled,
      retries: result.retries,
      'cycle took s': result.seconds.toFixed(1),
      'stored in the end': result.storedInTheEnd,
      verdict: verdict(
        exitCode === expected[held][0] &&
          result.retries === expected[held][1] &&
          result.storedInTheEnd === 1 &&
          result.leftInSpool === 0,
      ),
    });
  }
  tellTable('A lock held by another program', rows);
}

async function damage(workers: Workers): Promise<void> {
  const met = [];
  for (const processes of [2, 8, 32]) {
    progress(`a damaged database, ${processes} processes`);
    const result = await meetDamage(workers, processes);
    const good = result.moved === 1 && result.partial === 1 && result.failed === 0 && result.stored === processes;
    met.push({ processes, ...result, verdict: verdict(good) });
  }
  tellTable('Processes that find a damaged database at the same moment', met);
  progress('replacements under load');
  const result = await replaceUnderLoad(workers, { processes: 8, cyclesEach: 300, replacements: 200 });
  const failed = result.failures.length;
  const good = failed === 0 && result.missing === 0;
  const title = 'A database that is replaced while 8 processes write into it';
  tellTable(title, [{ ...result, failures: failed, verdict: verdict(good) }]);
}

async function disk(workers: Workers): Promise<void> {
  if (!canMount()) {
    tell('Full disk: left out, this user may not mount a tmpfs');
    return;
  }
  const rows = [];
  for (const place of ['database', 'spool', 'both'] as const) {
    for (let freeBytes = 0; freeBytes <= 160 * 1024; freeBytes += 8 * 1024) {
      progress(`full disk: ${place}, ${freeBytes} bytes free`);
      const { report, after, kept, expected, integrity, leftOver } = await fillDisk(workers, place, freeBytes);
      const good = kept === expected && integrity === 'ok' && leftOver.length === 0 && after?.exitCode === 0;
      rows.push({
        full: place,
        'bytes free': freeBytes,
        'exit code': report?.exitCode,
        error: report?.errorType,
        stored: report?.stored,
        spooled: report?.spooled,
        'kept in the end': `${kept} of ${expected}`,
        verdict: verdict(good),
      });
    }
  }
  tellTable('A full disk, then space again', rows);
}

async function reader(): Promise<void> {
  const { limitBytes, whileReadingBytes, afterwardsBytes, closedBytes } = await readForever(3000, 100);
  tellTable('A reader that does not end, 3,000 cycles, checkpoints every 100 pages', [
    {
      'limit bytes': limitBytes,
      'WAL while it reads': whileReadingBytes,
      'after it': afterwardsBytes,
      'all closed': closedBytes,
      verdict: verdict(afterwardsBytes <= limitBytes && closedBytes === 0),
    },
  ]);
}

const PROOFS: Record<string, (workers: Workers) => Promise<void>> = { concurrency, locks, damage, disk, reader };

export async function campaign(wanted: string[]): Promise<void> {
  const workers = prepareWorkers();
  try {
    for (const name of wanted.length > 0 ? wanted : Object.keys(PROOFS)) {
      const proof = PROOFS[name];
      if (proof === undefined)
        throw new Error(`No proof is called ${name}; there are ${Object.keys(PROOFS).join(', ')}.`);
      await proof(workers);
    }
  } finally {
    workers.remove();
  }
}
