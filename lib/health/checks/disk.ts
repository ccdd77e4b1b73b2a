/** Is there enough free space for what will be written? */
import { statfsSync, statSync } from 'node:fs';
import { shellQuoted } from '../../wording';
import type { CheckContext, Judgement, Problem } from '../../check/check';
import { existingPartOf } from '../../files/existing-part';

/** SQLite, the spool and the log need some megabytes for their next steps; below this they fail. */
const FULL_BELOW_BYTES = 10_000_000;
const FULL_BELOW_INODES = 50;
const LOW_BELOW_INODES = 1000;

export function checkDisk({ config }: Pick<CheckContext, 'config'>): Judgement {
  const places = { data: config.storage.data_directory, logs: config.logging.directory };
  const lowBytes = Math.max(config.logging.min_free_mb * 1_000_000, FULL_BELOW_BYTES);
  const problems: Problem[] = [];
  const details: Record<string, unknown> = {};
  const seen = new Set<number>();
  for (const [name, directory] of Object.entries(places)) {
    const place = existingPartOf(directory);
    const { bavail, bsize, files, ffree } = statfsSync(place);
    const freeBytes = bavail * bsize;
    // Btrfs and others count no inodes.
    const freeInodes = files === 0 ? null : ffree;
    details[name] = { path: directory, free_bytes: freeBytes, free_inodes: freeInodes };
    // Two directories on one disk are one problem.
    const disk = statSync(place).dev;
    if (seen.has(disk)) continue;
    seen.add(disk);
    const say = (status: 'warn' | 'fail', what: string, program: string, remedy: string) =>
      problems.push({
        status,
        message: `the disk of ${directory} has only ${what} left`,
        remediation: { say: remedy, command: `${program} ${shellQuoted(place)}` },
      });
    if (freeBytes < lowBytes)
      say(freeBytes < FULL_BELOW_BYTES ? 'fail' : 'warn', roundedDown(freeBytes), 'df -h', 'Make room there');
    if (freeInodes !== null && freeInodes < LOW_BELOW_INODES) {
      say(
        freeInodes < FULL_BELOW_INODES ? 'fail' : 'warn',
        `${freeInodes} inodes`,
        'df -i',
        'Remove many small files there',
      );
    }
  }
  const { data } = details as { data: { free_bytes: number } };
  return { message: `${roundedDown(data.free_bytes)} free`, problems, details };
}

function roundedDown(bytes: number): string {
  return bytes >= 10_000_000_000 ? `${Math.floor(bytes / 1e9)} GB` : `${Math.floor(bytes / 1e6)} MB`;
}
