/** What a collector prints: nothing under cron if the cycle succeeded, one line on a terminal, one object for `--json`. */
import type { CycleResult } from '../collect';
import { textOfRemedy, type MonitorError } from '../errors';
import type { Redact } from '../logging/redact';
import { QUANTITIES, QUANTITY_NAMES } from '../quantities';
import type { Reading } from '../reading';
import { recoveryOf } from '../store/database-error';
import { plural, printable } from '../wording';
import { failureText, type Terminal } from './command';
import type { Answer } from './answer';
import { envelope } from './envelope';
import { asTyped } from '../typed-command';

export interface OutputOptions {
  program: string;
  json: boolean;
  quiet: boolean;
  verbose: boolean;
  dryRun: boolean;
  /** `--quiet-repeats`: what went wrong is not printed now */
  isSilent: boolean;
  /** `--quiet-repeats`: a failure that was printed is over */
  hasRecovered: boolean;
  logFile: string;
  redact: Redact;
}

/** @returns whether it said what went wrong */
export function showCycle(result: CycleResult, terminal: Terminal, options: OutputOptions): boolean {
  const { record, failure } = result;
  if (options.json) terminal.out(jsonOf(result, options));
  else if (options.dryRun) terminal.out(tableOf(result));
  else if (terminal.isTerminal && !options.quiet && !failure) terminal.out(`${summaryOf(result, options.program)}\n`);
  if (options.verbose && !terminal.isTerminal) terminal.err(`${summaryOf(result, options.program)}\n`);
  if (options.hasRecovered && !options.quiet)
    terminal.err(`${options.program}: recovered: ${summaryOf(result, options.program).replace(/^.*?: /, '')}\n`);
  if (options.isSilent) return false;
  if (failure) {
    const kept =
      result.readingsSpooled > 0
        ? [`${plural(result.readingsSpooled, 'reading')} kept in the spool for the next cycle.`]
        : [];
    const { program: name, logFile, redact } = options;
    terminal.err(failureText({ name }, failure, redact, [...kept, `Log: ${logFile}`]));
    return true;
  }
  if (record.outcome === 'partial' && !options.quiet) {
    const lines = [summaryOf(result, options.program), ...explanationOf(result), `Log: ${options.logFile}`];
    terminal.err(lines.map((line) => `${line}\n`).join(''));
    return true;
  }
  return false;
}

/** A person sees at most ten lines. */
const SHOWN_PARTS = 3;

/** Why a cycle is partial, and what to do. */
function explanationOf({ record, replaced, report }: CycleResult): string[] {
  const lines = (report.failedParts ?? [])
    .slice(0, SHOWN_PARTS)
    .flatMap(({ failure }) => [`${printable(failure.message)}.`, printable(failure.remediation)]);
  const error = report.failedParts === undefined ? errorOfPartial({ record, replaced, report }) : null;
  if (error !== null) lines.push(`${error.message}.`, error.remediation);
  if (Object.values(record.devices_skipped).includes('malformed')) {
    lines.push(
      asTyped(
        'A malformed sensor was left out. To see it, run node bin/health.js; restart the device if that does not change.',
      ),
    );
  }
  if (Object.values(record.devices_skipped).includes('not_answered')) {
    lines.push(asTyped('A monitor was left out of the answer. If it stays so, see which: node bin/health.js'));
  }
  return lines;
}

type ShownError = Pick<MonitorError, 'type' | 'message' | 'remediation'>;

/** What a cycle that stored its readings reports as its error; null if there is nothing but skipped sensors. */
function errorOfPartial({
  record,
  replaced,
  report,
}: Pick<CycleResult, 'record' | 'replaced' | 'report'>): ShownError | null {
  if (replaced !== null) return replacedError(replaced);
  const [failed] = report.failedParts ?? [];
  if (failed !== undefined) return failed.failure;
  if (record.outcome !== 'partial' || record.error_type === null) return null;
  return {
    type: record.error_type,
    message: record.error ?? '',
    remediation: asTyped(
      'Look at what the device lists: node bin/health.js. If all of it is yours, raise collection.max_devices in config.yaml.',
    ),
  };
}

function replacedError(replaced: string): ShownError {
  return {
    type: 'database_corrupt',
    message: `The database was damaged and is now in ${replaced}; a new one was started`,
    remediation: textOfRemedy(recoveryOf(replaced)),
  };
}

function jsonOf({ record, report, failure, replaced }: CycleResult, { program }: OutputOptions): Answer {
  const fields = {
    readings: report.readings.map((reading) => ({ timestamp: record.started_at, ...reading })),
    skipped: report.skipped,
    endpoint: record.endpoint,
    payload_bytes: record.payload_bytes,
  };
  const error = failure ?? errorOfPartial({ record, replaced, report });
  return envelope(program, fields, { ...record, error });
}

/** So many skipped devices are named in the summary. */
const NAMED = 20;

/** `collect-hue: 8 readings stored in 143 ms, 1 skipped (Hall: off)` */
function summaryOf({ record, readingsStored }: CycleResult, program: string): string {
  const skipped = Object.entries(record.devices_skipped);
  const named = skipped.slice(0, NAMED).map(([device, reason]) => `${device}: ${reason}`);
  const reasons = [...named, ...(skipped.length > NAMED ? [`and ${skipped.length - NAMED} more`] : [])].join(', ');
  const left = skipped.length === 0 ? '' : `, ${skipped.length} skipped (${printable(reasons)})`;
  return `${program}: ${record.outcome}, ${plural(readingsStored, 'reading')} stored in ${record.duration_ms} ms${left}`;
}

/** What `--dry-run` prints: one line for each device; nothing is stored. */
function tableOf({ report }: CycleResult): string {
  const rows = report.readings.map((reading) => [
    printable(reading.location),
    ...quantitiesOf(reading),
    reading.device_id,
  ]);
  const skipped = Object.entries(report.skipped).map(([device, reason]) => `skipped ${printable(device)}: ${reason}`);
  const width = Math.max(0, ...rows.map(([location = '']) => location.length));
  const lines = rows.map(([location = '', ...rest]) => `${location.padEnd(width)}  ${rest.join('  ')}`);
  return [...lines, ...skipped, `dry run: ${plural(report.readings.length, 'reading')}, nothing stored`]
    .map((line) => `${line}\n`)
    .join('');
}

/** `21.5 °C`, `36 % humidity`: each value that the device reported. */
export function quantitiesOf(reading: Reading): string[] {
  return QUANTITY_NAMES.flatMap((name) => {
    const value = reading[name];
    const { unit, short } = QUANTITIES[name];
    return value === null ? [] : [[Number(value.toFixed(2)), unit, short].filter((part) => part !== '').join(' ')];
  });
}
