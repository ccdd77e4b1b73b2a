/** report: shows the data, exports it, makes backups. */
import { resolve } from 'node:path';
import { findFiles } from '../../config/find';
import { loadConfig } from '../../config/load';
import { EXIT } from '../../exit-codes';
import { ReaderGone } from '../../files/standard-output';
import { QUANTITIES, QUANTITY_NAMES } from '../../quantities';
import { backUp } from '../../report/backup';
import { makeReport } from '../../report/report';
import { FORMATS, requestOf, type View } from '../../report/request';
import { serve } from '../../report/serve';
import { stdoutSink, type Sink } from '../../report/sink';
import { styleFor } from '../../report/text';
import { megabytes, wrapped } from '../../wording';
import { COMMON_FLAGS, usage, type CommandSpec } from '../arguments';
import { main, type Invocation } from '../command';
import type { Answer } from '../answer';
import { envelope } from '../envelope';
import { signOfLife, type SignOfLife } from '../sign-of-life';
import { summarize } from '../summarize';

const SPEC: CommandSpec = {
  name: 'report',
  summary: 'look at the data: table, chart, export',
  positionals: 'gaps | cycles | retries | summary | serve | backup FILE',
  flags: [
    { name: 'since', value: 'TIME', help: '90m, 7d or 2w ago, 2026-11-01, 2026-11-01T06:30 (default: see below)' },
    { name: 'until', value: 'TIME', help: 'the end of the time, not included (default: now)' },
    { name: 'device', value: 'ID,…', isList: true, help: 'only these devices: hue:00:17:88:01:02:03:04:05-02-0402' },
    { name: 'location', value: 'NAME,…', isList: true, help: 'only these locations (a comma in a name: \\,)' },
    {
      name: 'quantity',
      value: 'NAME,…',
      isList: true,
      help: `only ${QUANTITY_NAMES.map((name) => QUANTITIES[name].name).join(', ')}; or derived: docs/report.md`,
    },
    { name: 'units', value: 'UNITS', choices: ['metric', 'us'], help: 'us: degrees Fahrenheit (default: metric)' },
    { name: 'format', value: 'FORMAT', choices: FORMATS, help: 'default: table' },
    { name: 'output', value: 'FILE', help: 'write to this file, completely or not at all, instead of to stdout' },
    { name: 'mail', help: 'summary: send it, with the page attached, to email.to of secrets.yaml' },
    { name: 'port', value: 'N', help: 'serve: where it listens on this machine (default: 8080)' },
    { name: 'since-last', help: 'csv, ndjson, influx: only what the same export has not given before' },
    { name: 'spreadsheet', help: "csv: a text that a spreadsheet would run as a formula (=, +, -, @) begins with '" },
    ...COMMON_FLAGS,
  ],
  notes: [
    'Without an argument: the latest values of each location, problems first. gaps: expected and stored cycles, and why.',
    'cycles: durations, bytes, retries. retries: what was tried again, by cycle. backup FILE: a copy of the database, made while the collectors write.',
    'summary: the week in ten lines. --mail sends it, with the page; for a crontab, once a week.',
    'serve: the page of --format html, live, for browsers on this machine, until it is stopped.',
    'Default of --since: 24 hours for table and json, a year for html, 7d for gaps, everything for csv, ndjson, influx.',
    'Days and clock times are local (TZ); timestamps in exports are UTC. The database is only read.',
  ],
  examples: [
    'node bin/report.js                                      the latest values, problems first',
    'node bin/report.js gaps --since 7d                      is anything missing, and why',
    'node bin/report.js --format html --output report.html   the page, in one file',
    'node bin/report.js --format influx --since-last         what is new, for Telegraf',
    'node bin/report.js summary --mail                       the week, by e-mail',
    'node bin/report.js serve                                the page, live: http://127.0.0.1:8080/',
    'node bin/report.js backup /mnt/backup/readings.db       a backup',
  ],
  exitCodes: [
    [EXIT.done, 'done; also if there is no database yet, or it is empty (a sentence says so)'],
    [EXIT.failed, 'failed; a later run may succeed'],
    [EXIT.usage, 'usage or configuration error: nothing was attempted'],
    [EXIT.overlap, 'another export with --since-last is still running'],
  ],
};

/** Which of report's own flags each of its subcommands takes; the report of the readings takes all. */
const FLAGS_OF_SUBCOMMANDS: Readonly<Record<string, readonly string[]>> = {
  gaps: ['since', 'until', 'format', 'output', 'spreadsheet'],
  cycles: ['since', 'until', 'format', 'output', 'spreadsheet'],
  retries: ['since', 'until', 'format', 'output', 'spreadsheet'],
  backup: [],
  summary: ['since', 'mail'],
  serve: ['since', 'device', 'location', 'quantity', 'units', 'port'],
};

void main(SPEC, run);

async function run(invocation: Invocation): Promise<number> {
  const { switches, positionals } = invocation.arguments;
  const isServing = positionals[0] === 'serve';
  const life = signOfLife(invocation.terminal, { switches, ...(!isServing && { step: 'reading the database' }) });
  try {
    return await report({ ...invocation, terminal: life.terminal }, life);
  } finally {
    life.end();
  }
}

async function report(invocation: Invocation, life: SignOfLife): Promise<number> {
  const { terminal, redactor } = invocation;
  const { values, switches, positionals } = invocation.arguments;
  const files = findFiles(values, { environment: terminal.environment });
  const config = loadConfig(files.config);
  const ownFiles = [files.config, files.secrets];
  const answer = (content: object): Answer => envelope(SPEC.name, content);
  const say = (sentence: string): void => {
    if (switches.has('json')) terminal.out(answer({ message: sentence }));
    else if (!switches.has('quiet')) terminal.err(`${sentence}\n`);
  };

  const [word = 'readings', file, ...further] = positionals;
  if (further.length > 0 || (file !== undefined && word !== 'backup')) {
    throw usage(SPEC, `unexpected argument ${JSON.stringify(further[0] ?? file)}`);
  }
  refuseFlagsWithoutEffect(word, [...Object.keys(values), ...switches]);
  if (word !== 'serve' && values['port'] !== undefined) throw usage(SPEC, '--port is for report serve');
  if (word !== 'summary' && switches.has('mail')) throw usage(SPEC, '--mail is for report summary');
  if (word === 'summary') {
    const request = requestOf('readings', { ...values, since: values['since'] ?? '7d' }, new Set(), Date.now());
    const { sentence, lines } = await summarize({
      config,
      request,
      secretsFile: switches.has('mail') ? files.secrets : null,
      redactor,
    });
    const width = terminal.isTerminal ? process.stdout.columns || null : null;
    if (sentence !== null) say(sentence);
    else if (switches.has('json')) terminal.out(answer({ lines, mailed: switches.has('mail') }));
    else if (!switches.has('mail') || (terminal.isTerminal && !switches.has('quiet')))
      terminal.out(`${lines.flatMap((line) => (width === null ? line : wrapped(line, width, '  '))).join('\n')}\n`);
    return EXIT.done;
  }
  if (word === 'serve') {
    const request = () => requestOf('readings', { ...values, format: 'html' }, switches, Date.now());
    request(); // what is wrong with it is said at once
    const serving = await serve({ config, request, port: portOf(values['port'] ?? '8080') });
    const sentence = `${serving.url} shows the page until this command is stopped (Ctrl-C).\n`;
    terminal.out(switches.has('json') ? answer({ url: serving.url }) : sentence);
    await stopped();
    await serving.close();
    return EXIT.done;
  }
  if (word === 'backup') {
    if (file === undefined || file === '' || file === '-') throw usage(SPEC, 'backup needs a file: report backup FILE');
    const receipt = await backUp(config.storage, file, ownFiles);
    const size = megabytes(receipt.bytes);
    if (switches.has('json')) terminal.out(answer({ backup: receipt }));
    else if (terminal.isTerminal && !switches.has('quiet')) {
      terminal.out(`${receipt.file}: ${receipt.readings} readings of ${receipt.cycles} cycles, ${size}, checked\n`);
    }
    return EXIT.done;
  }
  if (!['readings', 'gaps', 'cycles', 'retries'].includes(word)) {
    throw usage(
      SPEC,
      `unexpected argument ${JSON.stringify(word)}; there are gaps, cycles, retries, summary, serve and backup FILE`,
    );
  }
  const request = requestOf(word as View, values, switches, Date.now());
  const output = values['output'] === undefined || values['output'] === '-' ? null : values['output'];
  if (switches.has('json') && request.format !== 'json' && output === null) {
    throw usage(SPEC, `--json and --format ${request.format} both want stdout: give one, or --output FILE`);
  }
  try {
    const toStdout = stdoutSink();
    const stdout: Sink = {
      ...toStdout,
      write: (text) => {
        if (output === null) life.end();
        toStdout.write(text);
      },
    };
    const isSeen = terminal.isTerminal && output === null;
    const style = styleFor(isSeen, terminal.environment);
    const width = isSeen ? process.stdout.columns || null : null; // 0 if the terminal does not know it
    const sentence = await makeReport({
      config,
      request,
      output,
      ownFiles,
      stdout,
      style,
      width,
      envelope: (content) => answer(content).text(),
    });
    if (sentence !== null) say(sentence);
    else if (output !== null) {
      if (switches.has('json')) terminal.out(answer({ output, format: request.format }));
      else if (terminal.isTerminal && !switches.has('quiet')) terminal.out(`${resolve(output)} is written\n`);
    }
  } catch (thrown) {
    // `report | head`: the reader needs no more. With --since-last it is a failure: each reading must be delivered once.
    if (thrown instanceof ReaderGone && !request.sinceLast) return EXIT.done;
    throw thrown;
  }
  return EXIT.done;
}

function portOf(text: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
  throw usage(SPEC, `--port is ${JSON.stringify(text)}, which is not a port`);
}

/** To be stopped is how it ends, not a failure. */
function stopped(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve());
  });
}

/** A flag without an effect is refused: `report gaps --device …` would count cycles, not devices. */
function refuseFlagsWithoutEffect(word: string, given: readonly string[]): void {
  const allowed = FLAGS_OF_SUBCOMMANDS[word];
  const common = COMMON_FLAGS.map(({ name }) => name);
  const refused = given.find((name) => allowed?.includes(name) === false && !common.includes(name));
  if (refused !== undefined) throw usage(SPEC, `report ${word} does not take --${refused}`);
}
