/** The folder of everything that is stored: it may have to be a disk of its own, and is made only then. */
import { statSync } from 'node:fs';
import type { StorageConfig } from '../config/config';
import { errorCode } from '../files/file-error';
import { existingPartOf } from '../files/existing-part';
import { makeDirectory } from '../files/ownership';
import { MonitorError } from '../errors';
import { shellQuoted } from '../wording';

type Place = Pick<StorageConfig, 'data_directory' | 'require_mount'>;

/** @throws MonitorError `not_mounted`, `file_system` */
export function makeDataDirectory(storage: Place): void {
  refuseUnmounted(storage);
  makeDirectory(storage.data_directory);
}

/**
 * Without its disk the mount point is an ordinary folder: a new database would grow there, out of sight as soon as the
 * disk is back.
 * @param deviceOf replaced in tests
 * @throws MonitorError `not_mounted` if `storage.require_mount` is set and the folder lies on the disk of `/`
 */
export function refuseUnmounted(
  { data_directory: directory, require_mount: required }: Place,
  deviceOf: (path: string) => number = (path) => statSync(path).dev,
): void {
  if (!required || deviceOf(nearest(directory)) !== deviceOf('/')) return;
  throw new MonitorError(
    `${directory} is not on a disk of its own, as storage.require_mount wants it: nothing was written.`,
    {
      type: 'not_mounted',
      permanent: true,
      remediation: {
        say: 'See whether the disk is there, and mount it',
        command: `lsblk -f; findmnt -T ${shellQuoted(nearest(directory))}; sudo mount -a`,
      },
    },
  );
}

/** A link to a disk that is not there lies on this one. */
function nearest(directory: string): string {
  try {
    return existingPartOf(directory);
  } catch (thrown) {
    if (errorCode((thrown as Error).cause) === 'ENOENT') return '/';
    throw thrown;
  }
}
