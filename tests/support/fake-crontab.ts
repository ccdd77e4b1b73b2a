/** A `crontab` program that keeps the crontab in a file, so that the one of this machine is never touched. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface FakeCrontab {
  /** the folder to put first in the PATH */
  bin: string;
  read: () => string;
  write: (text: string) => void;
}

/** @param says the error that `crontab -l` prints instead */
export function fakeCrontab(directory: string, says = ''): FakeCrontab {
  const bin = join(directory, 'bin');
  const kept = join(directory, 'crontab');
  mkdirSync(bin);
  const program = `#!/bin/sh
if [ "$1" = -l ]; then
  ${says === '' ? '' : `echo '${says}' >&2; exit 1`}
  [ -e '${kept}' ] || { echo "no crontab for me" >&2; exit 1; }
  cat '${kept}'
else cat "$1" >'${kept}'; fi
`;
  writeFileSync(join(bin, 'crontab'), program, { mode: 0o755 });
  return {
    bin,
    read: () => (existsSync(kept) ? readFileSync(kept, 'utf8') : ''),
    write: (text) => writeFileSync(kept, text),
  };
}
