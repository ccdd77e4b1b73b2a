/** Runs all checks at once. Each has its own deadline, so that the whole ends within the longest of them. */
import { asMonitorError, MonitorError, textOfRemedy } from '../errors';
import { errorCode } from '../files/file-error';
import { fileRemedy } from '../files/file-remedy';
import {
  skip,
  type Check,
  type Installation,
  type CheckContext,
  type Judgement,
  type Problem,
  type Status,
} from '../check/check';
import type { Redact } from '../logging/redact';
import { acquireLock } from '../store/lock';
import { verdictOf, type Verdict } from './verdict';

/** Below the 10 s that a check may take, so that a busy machine does not exceed them. */
export const CHECK_DEADLINE_MS = 9000;

/** A problem with what its check says of every one; its remedy as it is printed. */
export interface JudgedProblem extends Omit<Problem, 'remediation' | 'stops'>, Required<Pick<Problem, 'stops'>> {
  remediation: string;
  /** the end of the remediation, if that is what to type */
  command?: string;
}

export interface CheckReport {
  name: string;
  status: Status;
  /** one sentence for each problem, or one that says what is in order */
  message: string;
  /** what to do about each problem, one line each; empty for pass and skip */
  remediation: string;
  duration_ms: number;
  details: Record<string, unknown>;
  problems: readonly JudgedProblem[];
}

export interface HealthReport extends Verdict {
  duration_ms: number;
  checks: CheckReport[];
}

export interface RunOptions {
  installation: Installation;
  offline: boolean;
  fresh: boolean;
  redactor: CheckContext['redactor'];
  /** is told when a check has ended */
  onEnd?: (name: string) => void;
  now?: () => Date;
  deadlineMs?: number;
}

export async function runChecks(checks: readonly Check[], options: RunOptions): Promise<HealthReport> {
  const reports = await Promise.all(checks.map((check) => runOne(check, options)));
  return {
    ...verdictOf(reports, options.installation.enabled),
    duration_ms: Math.round(performance.now()),
    checks: reports,
  };
}

async function runOne(check: Check, options: RunOptions): Promise<CheckReport> {
  const startedAt = performance.now();
  const judgement = await judge(check, options);
  options.onEnd?.(check.name);
  const { redactor } = options;
  const problems = judgement.problems.map((problem) => complete(check, problem, redactor));
  return {
    name: check.name,
    status: statusOf(judgement),
    message: problems.map(({ message }) => message).join(' ') || redactor(judgement.message),
    remediation: [...new Set(problems.map(({ remediation }) => remediation))].join('\n'),
    duration_ms: Math.round(performance.now() - startedAt),
    details: judgement.details,
    problems,
  };
}

async function judge(check: Check, options: RunOptions): Promise<Judgement> {
  const { installation, offline, fresh, redactor, now = () => new Date() } = options;
  const { config } = installation;
  if (offline && check.needsNetwork) return skip('not asked (--offline)');
  if (config === null && check.needsConfig) return skip('not checked: there is no valid configuration');
  const deadline = startCheckDeadline(check.name, options.deadlineMs ?? CHECK_DEADLINE_MS);
  try {
    // A check that never ends is abandoned: the process ends without it.
    const context = { installation, config: config as CheckContext['config'], fresh, redactor, acquireLock, now };
    return await Promise.race([check.run({ ...context, signal: deadline.signal }), deadline.passed]);
  } catch (thrown) {
    return { message: '', problems: [failureOf(thrown, check)], details: {} };
  } finally {
    deadline.clear();
  }
}

/** A check that throws is a failed check. */
function failureOf(thrown: unknown, check: Check): Problem {
  const { remedy } = check;
  // What the operating system refuses is not a defect of this program.
  const code = errorCode(thrown);
  if (code !== '') {
    const { message, path } = thrown as NodeJS.ErrnoException;
    const known = path === undefined ? {} : { remediation: fileRemedy(code, path) };
    return { status: 'fail', message: `cannot be checked: ${message}`, ...known };
  }
  const { type, message, remediation, remedy: own } = asMonitorError(thrown);
  const { say, command } = remedy;
  const both = { say: `${remediation} ${say}`.trim(), command };
  const cause = type === 'database_full' ? 'disk' : type.startsWith('database_') ? 'database' : undefined;
  return {
    ...{ status: 'fail', message, remediation: own.command === '' ? both : own },
    ...(cause !== undefined && cause !== check.name && { causedBy: cause }),
  };
}

/** A deadline that also rejects a promise, for work that does not listen to the signal. */
function startCheckDeadline(name: string, milliseconds: number) {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const passed = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      const reason = new MonitorError(`the check ${name} did not end within ${milliseconds / 1000} s`, {
        type: 'deadline',
        permanent: true,
      });
      controller.abort(reason);
      reject(reason);
    }, milliseconds);
  });
  passed.catch(() => undefined);
  return { signal: controller.signal, passed, clear: () => clearTimeout(timer) };
}

function complete(check: Check, problem: Problem, redact: Redact): JudgedProblem {
  const { status, message, stops } = problem;
  const remedy = problem.remediation ?? check.remedy;
  const { say, command } = typeof remedy === 'string' ? { say: remedy, command: '' } : remedy;
  return {
    ...problem,
    message: redact(sentence(message)),
    remediation: redact(textOfRemedy({ say, command })),
    ...(command !== '' && { command: redact(textOfRemedy({ say: '', command })) }),
    stops: status === 'warn' ? [] : (stops ?? check.stops),
  };
}

function statusOf({ skipped, problems }: Judgement): Status {
  if (skipped) return 'skip';
  if (problems.some(({ status }) => status === 'fail')) return 'fail';
  return problems.length > 0 ? 'warn' : 'pass';
}

/** Several messages are on one line, so each must end like a sentence. */
function sentence(text: string): string {
  const trimmed = text.trim();
  return /[.!?]$/.test(trimmed) ? trimmed : `${trimmed}.`;
}
