/** The common fields of every `--json` answer; only the report of health has another shape. */
import type { MonitorError } from '../errors';
import { EXIT } from '../exit-codes';
import { Answer } from './answer';

/** How a command ended; a field that is left out has its value of success. */
export interface Ending {
  exit_code?: number;
  outcome?: 'ok' | 'partial' | 'failed';
  started_at?: string;
  duration_ms?: number;
  error?: Pick<MonitorError, 'type' | 'message' | 'remediation'> | null;
}

/** @param content the fields that only this command has */
export function envelope(command: string, content: object, ending: Ending = {}): Answer {
  const { exit_code = EXIT.done, outcome = exit_code === EXIT.done ? 'ok' : 'failed', error = null } = ending;
  return new Answer({
    schema_version: 1,
    command,
    exit_code,
    outcome,
    started_at: ending.started_at ?? new Date(performance.timeOrigin).toISOString(),
    duration_ms: ending.duration_ms ?? Math.round(performance.now()),
    ...content,
    error: error && { type: error.type, message: error.message, remediation: error.remediation },
  });
}
