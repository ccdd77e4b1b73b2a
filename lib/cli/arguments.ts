/** The command line: which flags a command has, and what the user typed. */
import { MonitorError } from '../errors';
import { nearest } from '../config/nearest';

export interface Flag {
  name: string;
  /** what stands after it in the help; absent for a switch */
  value?: string;
  /** the only values allowed */
  choices?: readonly string[];
  /** if the flag is given again, its value is added to the list, after a comma */
  isList?: boolean;
  help: string;
}

/** A command's interface: everything that `--help` says. */
export interface CommandSpec {
  name: string;
  /** what the command does, in one sentence */
  summary: string;
  flags: readonly Flag[];
  /** the arguments that are not flags: `gaps | cycles | backup FILE`; absent = none */
  positionals?: string;
  /** further explanations, one per line */
  notes?: readonly string[];
  examples: readonly string[];
  exitCodes: readonly (readonly [number, string])[];
}

export const COMMON_FLAGS: readonly Flag[] = [
  { name: 'config', value: 'FILE', help: 'configuration (default: config/config.yaml of the installation)' },
  { name: 'secrets', value: 'FILE', help: 'secrets (default: secrets.yaml beside the configuration)' },
  { name: 'json', help: 'one JSON object on stdout, on failure too' },
  { name: 'quiet', help: 'no summary; problems still go to stderr' },
  { name: 'verbose', help: 'the summary, and every step on stderr' },
  { name: 'help', help: 'this text' },
  { name: 'version', help: 'the version' },
];

export interface Arguments {
  values: Readonly<Record<string, string>>;
  switches: ReadonlySet<string>;
  positionals: readonly string[];
}

/**
 * @throws MonitorError `usage`; its message names the unknown argument and the nearest known flag
 */
export function parseArguments(spec: CommandSpec, typed: readonly string[]): Arguments {
  const values: Record<string, string> = {};
  const switches = new Set<string>();
  const positionals: string[] = [];
  const rest = [...typed];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === '-V') switches.add('version');
    else if (word === 'help' && positionals.length === 0) switches.add('help');
    else if (word === '--') positionals.push(...rest.splice(0));
    else if (!word.startsWith('-') || word === '-') positionals.push(word);
    else {
      const [dashed, attached] = splitAtEquals(word);
      const flag = flagNamed(spec, dashed);
      if (flag.value === undefined && flag.choices === undefined) {
        if (attached !== undefined) throw usage(spec, `--${flag.name} takes no value`);
        switches.add(flag.name);
      } else {
        const value = checkedValue(spec, flag, attached ?? rest.shift());
        const before = flag.isList === true ? values[flag.name] : undefined;
        values[flag.name] = before === undefined ? value : `${before},${value}`;
      }
    }
  }
  if (spec.positionals === undefined && positionals[0] !== undefined) {
    throw usage(spec, `unexpected argument ${JSON.stringify(positionals[0])}`);
  }
  return { values, switches, positionals };
}

function splitAtEquals(word: string): [string, string | undefined] {
  const equals = word.indexOf('=');
  return equals < 0 ? [word, undefined] : [word.slice(0, equals), word.slice(equals + 1)];
}

function flagNamed(spec: CommandSpec, dashed: string): Flag {
  const name = dashed === '-h' ? 'help' : dashed.replace(/^--/, '');
  const flag = dashed.startsWith('--') || dashed === '-h' ? spec.flags.find((known) => known.name === name) : undefined;
  if (flag) return flag;
  const near = nearest(
    name,
    spec.flags.map((known) => known.name),
  );
  throw usage(spec, `unknown flag ${dashed}${near === undefined ? '' : ` (did you mean --${near}?)`}`);
}

function checkedValue(spec: CommandSpec, flag: Flag, value: string | undefined): string {
  if (value === undefined || value === '')
    throw usage(spec, `--${flag.name} needs a value: --${flag.name} ${flag.value ?? flag.choices?.join('|') ?? ''}`);
  if (flag.choices && !flag.choices.includes(value)) {
    throw usage(spec, `--${flag.name} is ${JSON.stringify(value)}; it can be ${flag.choices.join(' or ')}`);
  }
  return value;
}

export function usage(spec: CommandSpec, message: string): MonitorError {
  return new MonitorError(message, {
    type: 'usage',
    permanent: true,
    remediation: { say: 'See all flags', command: `node bin/${spec.name}.js --help` },
  });
}
