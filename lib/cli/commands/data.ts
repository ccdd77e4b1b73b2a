/** data: what is done with the stored data themselves, beside collecting and looking at them. */
import { isatty } from 'node:tty';
import { findFiles } from '../../config/find';
import { loadConfig } from '../../config/load';
import { BrokenOff, refusal, whileNoOther, type DataContext, type DataResult } from '../../data/operation';
import { asMonitorError } from '../../errors';
import { EXIT, exitCodeOf } from '../../exit-codes';
import { createLogger } from '../../logging/create-logger';
import { createAsker } from '../ask';
import { COMMON_FLAGS, usage, type Arguments, type CommandSpec } from '../arguments';
import { failureText, main, type Invocation } from '../command';
import { OPERATIONS, operationNamed, type Operation } from '../data/operations';
import { progressOn } from '../data/progress';
import { envelope } from '../envelope';
import { interruption } from '../interruption';
import { quoted } from '../own-command';
import { verboseLogger } from '../verbose-logger';
import { asTyped } from '../../typed-command';

const STDIN = 0;

const SPEC: CommandSpec = {
  name: 'data',
  summary: `own the data: ${OPERATIONS.map(({ name }) => name).join(', ')}`,
  positionals: OPERATIONS.map(({ usage: words }) => words).join(' | '),
  flags: [
    { name: 'dry-run', help: 'say what would be done, and change nothing' },
    { name: 'yes', help: 'do not ask; needed without a terminal, if something is deleted' },
    {
      name: 'before',
      value: 'TIME',
      help: 'forget: only what is older: 90m, 7d or 2w ago, 2026-11-01, 2026-11-01T06:30',
    },
    { name: 'repair', help: 'clock: move the cycles to their right time' },
    ...COMMON_FLAGS,
  ],
  notes: OPERATIONS.map(({ name, help }) => `${name}: ${help}`),
  examples: OPERATIONS.flatMap(({ examples }) => examples),
  exitCodes: [
    [EXIT.done, 'done'],
    [EXIT.failed, 'not done, and nothing changed; merge and import: a second run goes on from there'],
    [EXIT.usage, 'usage or configuration error: nothing was attempted'],
    [EXIT.partial, 'done, but something could not be read; it is counted'],
  ],
};

void main(SPEC, run);

async function run({ arguments: given, terminal, redactor }: Invocation): Promise<number> {
  const { values, switches } = given;
  const operation = checked(given);
  const files = findFiles(values, { environment: terminal.environment });
  const config = loadConfig(files.config);
  const log = createLogger({ config: config.logging, program: SPEC.name, redact: redactor, complain: terminal.err });
  const logger = switches.has('verbose') ? verboseLogger(log, terminal) : log;
  const progress = progressOn(terminal, switches.has('quiet'));
  const context: DataContext = {
    config,
    storage: config.storage,
    logger,
    signal: interruption(),
    dryRun: switches.has('dry-run'),
    progress: (text) => progress.show(text),
    commandLine: (...words) => asTyped([`node bin/${SPEC.name}.js`, ...words.map(quoted)].join(' ')),
  };
  const started = performance.now();
  try {
    const words = given.positionals.slice(1);
    const result = await whileNoOther(context, async () => {
      if (operation.asks === true && !context.dryRun && !switches.has('yes')) {
        const preview = await operation.run(words, { ...context, dryRun: true }, given);
        await confirm(preview.lines, terminal, context.signal);
      }
      return await operation.run(words, context, given);
    });
    progress.clear();
    if (!context.dryRun) {
      const duration_ms = Math.round(performance.now() - started);
      logger.info(`data_${operation.name}`, result.lines[0] ?? '', { ...result.details, duration_ms });
    }
    return answer(operation, result, given, terminal);
  } catch (thrown) {
    progress.clear();
    const failure = asMonitorError(thrown);
    const { type, message, remediation } = failure;
    logger.error('data_failed', message, { operation: operation.name, error_type: type, remediation });
    if (!switches.has('json') || !(failure instanceof BrokenOff)) throw failure;
    const code = exitCodeOf(failure.type);
    terminal.out(envelope(SPEC.name, { [operation.name]: failure.details }, { exit_code: code, error: failure }));
    terminal.err(failureText(SPEC, failure, redactor));
    return code;
  } finally {
    log.close();
  }
}

function answer(
  { name }: Operation,
  { exitCode, lines, details }: DataResult,
  { switches }: Arguments,
  terminal: Invocation['terminal'],
): number {
  if (switches.has('json')) {
    const outcome = exitCode === EXIT.partial ? 'partial' : 'ok';
    terminal.out(envelope(SPEC.name, { [name]: details }, { exit_code: exitCode, outcome }));
  } else if (!switches.has('quiet')) {
    terminal.out(lines.map((line) => `${line}\n`).join(''));
  }
  return exitCode;
}

/** @throws MonitorError `usage` */
function checked({ positionals, values, switches }: Arguments): Operation {
  const [name, ...words] = positionals;
  const operation = operationNamed(name);
  if (operation === undefined) {
    const known = OPERATIONS.map((known) => known.name).join(', ');
    const what =
      name === undefined ? 'data needs a word that says what to do' : `unexpected argument ${JSON.stringify(name)}`;
    throw usage(SPEC, `${what}; there are ${known}`);
  }
  if (words.length !== operation.words || words.includes('')) {
    const given = words.length === 0 ? 'nothing' : words.join(' ');
    throw usage(SPEC, `type: data ${operation.usage} (${given} was given after ${operation.name})`);
  }
  const own = SPEC.flags.slice(0, -COMMON_FLAGS.length).map((flag) => flag.name);
  const allowed = ['dry-run', 'yes', ...(operation.flags ?? [])];
  const refused = [...Object.keys(values), ...switches].find((flag) => own.includes(flag) && !allowed.includes(flag));
  if (refused !== undefined) throw usage(SPEC, `data ${operation.name} does not take --${refused}`);
  if (operation.asks === true && !switches.has('yes') && !switches.has('dry-run') && !isatty(STDIN)) {
    throw usage(
      SPEC,
      `data ${operation.name} asks before it deletes something, and nobody is here to answer: add --yes`,
    );
  }
  return operation;
}

/** @throws MonitorError `refused` if the answer is not yes */
async function confirm(
  preview: readonly string[],
  terminal: Invocation['terminal'],
  signal: AbortSignal,
): Promise<void> {
  const asker = createAsker((question) => terminal.err(question), signal);
  try {
    const answer = await asker.ask(`${preview.join('\n')}\nDo it? [y/N] `);
    if (answer === null || !/^y(es)?$/i.test(answer)) throw refusal('Nothing was changed.', '');
  } finally {
    asker.close();
  }
}
