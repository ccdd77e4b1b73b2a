/** The table of broken states in docs/health.md, made from the tests' own list. */
import { BROKEN_STATES } from './states';

export const TABLE_BEGIN = '<!-- The table between these marks is made from the tests: npm run health-page -->';
export const TABLE_END = '<!-- end of the table -->';

const HEAD = ['check', 'what is broken', 'state', 'exit', 'it says', 'what to do'];

export function tableOfStates(): string {
  const rows = BROKEN_STATES.map(({ check, title, status, exitCode, says, remedy }) => [
    `\`${check}\``,
    title,
    status,
    String(exitCode),
    wordsOf(says),
    wordsOf(remedy),
  ]);
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(HEAD), line(HEAD.map(() => '---')), ...rows.map(line)].join('\n');
}

/** The key words of a pattern, in readable form: `…` for what differs, `N` for a number. */
function wordsOf(pattern: RegExp): string {
  const words = pattern.source
    .replace(/(?<!\\)[()]/g, '')
    .replace(/\\d\+/g, 'N')
    .replace(/:N:N: /g, ':LINE:COLUMN: ')
    .replace(/(\.|\\S|\\w|\[\^'\])[*+]/g, '…')
    .replace(/\\(.)/g, '$1')
    .replace(/\s*…\s*$/, ' …');
  return `\`${words.trim()}\``;
}
