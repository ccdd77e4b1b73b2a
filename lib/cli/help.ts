/** The text of `--help`, in 80 columns. */
import { isInsideNodeModules } from '../config/paths';
import { installationDirectory } from '../config/find';
import { asTyped } from '../typed-command';
import { wrapped } from '../wording';
import type { CommandSpec } from './arguments';

const WIDTH = 80;
/** A longer left side gets a line of its own. */
const LONGEST_LEFT = 26;

/** Commands are shown as in the folder of a clone, or by the name that npm has given them. */
export function helpOf(spec: CommandSpec, installation = installationDirectory()): string {
  const isLinked = isInsideNodeModules(installation);
  const typed = (text: string) => (isLinked ? asTyped(text, (name) => `htm-${name}`) : text);
  const flags = spec.flags.map(({ name, value, choices, help }): [string, string] => {
    const takes = choices?.join('|') ?? value;
    return [`--${name}${takes === undefined ? '' : ` ${takes}`}`, help];
  });
  const positionals = spec.positionals === undefined ? '' : ` [${spec.positionals}]`;
  return [
    ...wrapped(`${spec.name}: ${spec.summary}`, WIDTH),
    '',
    ...wrapped(typed(`Usage: node bin/${spec.name}.js [flags]${positionals}`), WIDTH, '       '),
    '',
    ...twoColumns(flags),
    '',
    ...(spec.notes ?? []).flatMap((note) => wrapped(note, WIDTH)),
    ...(spec.notes === undefined ? [] : ['']),
    ...wrapped(
      'Environment: HOME_MONITOR_CONFIG and HOME_MONITOR_SECRETS name the two files, NO_COLOR switches colour off.',
      WIDTH,
    ),
    '',
    'Examples:',
    ...examples(spec.examples.map(typed)),
    '',
    'Exit codes:',
    ...twoColumns(spec.exitCodes.map(([code, meaning]) => [String(code), meaning])),
    '',
  ].join('\n');
}

function twoColumns(rows: readonly (readonly [string, string])[]): string[] {
  const lefts = rows.map(([left]) => left.length).filter((length) => length <= LONGEST_LEFT);
  const indent = ' '.repeat(Math.max(...lefts, 0) + 4);
  return rows.flatMap(([left, right]) => {
    const text = wrapped(`${indent}${right}`, WIDTH, indent);
    const start = `  ${left}`;
    if (start.length + 2 > indent.length) return [start, ...text];
    return text.map((line, index) => (index === 0 ? start.padEnd(indent.length) + line.trimStart() : line));
  });
}

/** Each is a command, and after two spaces or more what it does: on a line of its own if it does not fit. */
function examples(all: readonly string[]): string[] {
  const pairs = all.map((example) => example.split(/ {2,}/));
  const column = Math.max(...pairs.map(([command = '']) => command.length)) + 3;
  const fits = pairs.every(([, meaning = '']) => 2 + column + meaning.length <= WIDTH);
  return pairs.flatMap(([command = '', meaning = '']) =>
    fits
      ? [`  ${command.padEnd(column)}${meaning}`.trimEnd()]
      : [`  ${command}`, ...(meaning === '' ? [] : [`      ${meaning}`])],
  );
}
