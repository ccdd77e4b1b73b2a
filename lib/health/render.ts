/** Renders the report: a table for a person, plain lines for a log or a mail, an object for a program. */
import { printable, wrapped } from '../wording';
import { CHECKS } from './checks';
import type { Status } from '../check/check';
import type { CheckReport, HealthReport, JudgedProblem } from './runner';

/** Problems come last, because the end of the output is read first. */
const ORDER: readonly Status[] = ['skip', 'pass', 'warn', 'fail'];
const MARKS: Record<Status, string> = { pass: '✓', warn: '!', fail: '✗', skip: '-' };
const COLOURS: Record<Status, string> = { pass: '32', warn: '33', fail: '31', skip: '2' };

/** Of the longest name of a check. */
const NAME_WIDTH = 11;

export interface TextOptions {
  /** for a person: with marks and colour */
  isTerminal: boolean;
  /** of the terminal; absent: any */
  width?: number;
  colour: boolean;
  /** only what is wrong */
  quiet: boolean;
  /** with all details */
  verbose: boolean;
}

export function renderText(report: HealthReport, options: TextOptions): string {
  const { isTerminal, quiet } = options;
  if (quiet && report.status === 'healthy') return '';
  const paint = (status: Status, text: string) =>
    options.colour ? `\u001b[${COLOURS[status]}m${text}\u001b[0m` : text;
  const shown = report.checks.filter(({ status }) => !quiet || status === 'warn' || status === 'fail');
  const sorted = [...shown].sort((one, other) => ORDER.indexOf(one.status) - ORDER.indexOf(other.status));
  const lines = sorted.flatMap((check) => {
    const label = (status: Status) =>
      paint(status, (isTerminal ? `${MARKS[status]} ${status}` : status).padEnd(isTerminal ? 7 : 5));
    return [...entries(check, label, report, options.width), ...detailLines(check, options)];
  });
  const overall = overallLine(report);
  return [...lines, paint(worst(report), overall)].map((line) => `${line}\n`).join('');
}

/** One entry for each problem, with its own weight, and its remedy below it. */
function entries(
  check: CheckReport,
  label: (status: Status) => string,
  report: HealthReport,
  width?: number,
): string[] {
  const { name, status, message, problems } = check;
  const start = (of: Status) => `${label(of)} ${name.padEnd(NAME_WIDTH)} `;
  if (problems.length === 0) return inLines(start(status), printable(message, ' '), width);
  return problems.flatMap((problem) => [
    ...inLines(start(problem.status), printable(problem.message, ' '), width),
    ...remedyLines(problem, report, width),
  ]);
}

/** A command stays in one line, whatever the width, so that it can be copied: it gets its own if it does not fit. */
function remedyLines(problem: JudgedProblem, report: HealthReport, width?: number): string[] {
  const text = printable(toDo(problem, report), ' ');
  const { command = '' } = problem;
  if (width === undefined || DO.length + text.length <= width || command === '' || !text.endsWith(command))
    return [DO + text];
  const say = text.slice(0, -command.length).trimEnd();
  const indent = ' '.repeat(DO.length);
  return [...(say === '' ? [] : inLines(DO, say, width)), (say === '' ? DO : indent) + command];
}

const DO = `${' '.repeat(6)}do: `;

/** @param start may hold colours, which have no width */
function inLines(start: string, text: string, width?: number): string[] {
  if (width === undefined) return [start + text];
  const indent = ' '.repeat(start.replace(COLOUR, '').length);
  return wrapped(text, width - indent.length).map((line, n) => (n === 0 ? start : indent) + line);
}

// eslint-disable-next-line no-control-regex -- the colours of `paint`
const COLOUR = /\u001b\[\d*m/g;

/** One cause has one remedy, which stands at its own check. */
function toDo({ causedBy, remediation }: JudgedProblem, { checks }: HealthReport): string {
  const isShown = checks.some(({ name, status }) => name === causedBy && status === 'fail');
  return isShown ? `see ${causedBy ?? ''}` : remediation;
}

function detailLines({ details, duration_ms }: CheckReport, { verbose }: TextOptions): string[] {
  if (!verbose) return [];
  const rows = Object.entries({ ...details, duration_ms });
  return rows.map(([key, value]) => `${' '.repeat(6)}${key}: ${printable(JSON.stringify(value), ' ')}`);
}

/** `degraded: 1 fail, 2 warn, 5 pass, 1 skip in 412 ms` */
function overallLine(report: HealthReport): string {
  const counts = [...ORDER].reverse().flatMap((status) => {
    const count = report.checks.filter((check) => check.status === status).length;
    return count === 0 ? [] : [`${count} ${status}`];
  });
  return `${report.status}: ${counts.join(', ')} in ${report.duration_ms} ms`;
}

function worst({ status: overall, checks }: HealthReport): Status {
  if (overall !== 'healthy') return 'fail';
  return checks.some(({ status }) => status === 'warn') ? 'warn' : 'pass';
}

/** The object of the documented interface; `details` has, in addition, each problem on its own. */
export function renderJson(report: HealthReport): object {
  const checks = report.checks.map(({ problems, ...check }) =>
    problems.length === 0 ? check : { ...check, details: { ...check.details, problems } },
  );
  const { status, exit_code, duration_ms } = report;
  return { schema_version: 1, status, exit_code, duration_ms, checks };
}

const LINE_LENGTH = 79;
const NAGIOS_WORDS = { healthy: 'OK', degraded: 'WARNING', critical: 'CRITICAL' } as const;

/**
 * One line for Nagios and similar monitors, below 80 characters, performance data after the bar: `WARNING: hue, freshness | …`.
 * They also use the exit codes 0, 1, 2 for OK, WARNING, CRITICAL.
 */
export function renderLine(report: HealthReport): string {
  const count = (status: Status) => report.checks.filter((check) => check.status === status).length;
  const word = NAGIOS_WORDS[report.status];
  const performance = ` | fail=${count('fail')} warn=${count('warn')} time=${(report.duration_ms / 1000).toFixed(3)}s`;
  const room = LINE_LENGTH - performance.length - word.length - 2;
  const named = report.checks.filter(({ status }) => status === (report.status === 'healthy' ? 'warn' : 'fail'));
  const summary =
    named.length === 0
      ? `${count('pass')} checks pass`
      : fitting(
          named.map(({ name }) => name),
          room,
        );
  return `${word}: ${summary}${performance}\n`;
}

/** As many names as fit, and how many more there are. */
function fitting(names: readonly string[], room: number): string {
  for (let shown = names.length; shown > 0; shown--) {
    const more = names.length - shown;
    const text = names.slice(0, shown).join(' ') + (more === 0 ? '' : ` +${more}`);
    if (text.length <= room) return text;
  }
  return `${names.length} checks`;
}

/** Annotations of GitHub Actions (workflow commands); a step shows them above its log. */
export function renderAnnotations(report: HealthReport): string {
  return report.checks
    .flatMap(({ name, problems }) =>
      problems.map((problem) => {
        const { status, message } = problem;
        const command = status === 'fail' ? 'error' : 'warning';
        const properties = [...placeIn(message), `title=${name}`].join(',');
        return `::${command} ${properties}::${escapeData(`${printable(message, ' ')}\n${toDo(problem, report)}`)}\n`;
      }),
    )
    .join('');
}

/** `/home/me/config.yaml:14:3: …` is shown at that line, if the file is in the repository. */
function placeIn(message: string): string[] {
  const [, file = '', line, column] = /^(\/.*?):(\d+):(\d+): /.exec(message) ?? [];
  if (line === undefined) return [];
  const escaped = escapeData(file).replace(/:/g, '%3A').replace(/,/g, '%2C');
  return [`file=${escaped}`, `line=${line}`, `col=${column ?? '1'}`];
}

function escapeData(text: string): string {
  return text.replace(/%/g, '%25').replace(/\r/g, '%0D').replace(/\n/g, '%0A');
}

/** `--list`: the checks that can be asked for by name. */
export function renderList(): string {
  return CHECKS.map(({ name, title }) => `${name.padEnd(NAME_WIDTH)} ${title}\n`).join('');
}
