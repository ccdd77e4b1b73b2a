/** How a campaign shows itself: a progress bar where a person looks on, a table at the end, an exit code. */

const WIDTH = 40;

/** Draws `[####....] 40 % label` on a terminal, over the last one. */
export function showProgress(share: number, label = ''): void {
  if (!process.stderr.isTTY) return;
  const filled = Math.round(share * WIDTH);
  const bar = '#'.repeat(filled) + '.'.repeat(WIDTH - filled);
  process.stderr.write(`\r\u001b[K[${bar}] ${Math.floor(100 * share)} % ${label}`);
}

export function endProgress(): void {
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
}

/** One line of a summary: what was looked at, what was found, whether that is as it must be (null: only told). */
export type Finding = readonly [what: string, found: string | number, good: boolean | null];

/** Prints the table; the exit code is 1 where a finding is not as it must be. */
export function showFindings(title: string, findings: readonly Finding[]): void {
  endProgress();
  const width = Math.max(...findings.map(([what]) => what.length));
  const foundWidth = Math.max(...findings.map(([, found]) => String(found).length));
  console.log(`\n${title}`);
  for (const [what, found, good] of findings) {
    const verdict = good === null ? '' : good ? '  ok' : '  FAILED';
    console.log(`  ${what.padEnd(width)}  ${String(found).padStart(foundWidth)}${verdict}`);
  }
  process.exitCode = findings.some(([, , good]) => good === false) ? 1 : 0;
}
