/** The output of a campaign: a progress bar on a terminal, tables in Markdown, an exit code. */

const WIDTH = 40;
const printed: string[] = [];

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

/** Prints a paragraph or a table; `--write` writes all of them to a file. */
export function tell(text: string): void {
  endProgress();
  printed.push(text);
  console.log(`\n${text}`);
}

/** Everything that was printed, as Markdown. */
export const paragraphs = (): string => printed.join('\n\n');

type Cell = string | number | null | undefined;

/** Prints a table; its columns are the keys of the first row. */
export function tellTable(title: string, rows: readonly Record<string, Cell>[]): void {
  const columns = Object.keys(rows[0] ?? {});
  const line = (cells: readonly Cell[]) => `| ${cells.join(' | ')} |`;
  const body = rows.map((row) => line(columns.map((column) => row[column] ?? '')));
  tell([`${title}:`, '', line(columns), line(columns.map(() => '---')), ...body].join('\n'));
}

/** One line of a summary: what was measured, what was found, whether it meets the requirement (null: there is none). */
export type Finding = readonly [what: string, found: string | number, good: boolean | null];

/** Prints the table; the exit code is 1 if a finding does not meet its requirement. */
export function tellFindings(title: string, findings: readonly Finding[]): void {
  const verdict = (good: boolean | null) => (good === null ? '' : good ? 'ok' : 'FAILED');
  tellTable(
    title,
    findings.map(([what, found, good]) => ({ what, found, '': verdict(good) })),
  );
  if (findings.some(([, , good]) => good === false)) process.exitCode = 1;
}
