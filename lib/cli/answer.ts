/**
 * The object that `--json` prints. Secrets are taken out of it value by value, before it becomes text, and only out of
 * texts that somebody else may have written: a user name such as `alerts` must not rename a check, and a password of
 * digits must not break a number.
 */
import type { Redact } from '../logging/redact';
import { escapeUnseen } from '../wording';

/** The values of these fields are words, times and names of ours. */
const OURS = new Set([
  ...['command', 'outcome', 'status', 'type', 'error_type', 'kind', 'format', 'endpoint', 'reason'],
  ...['collector', 'device_type', 'quantity', 'timestamp', 'measured_at', 'started_at', 'stops'],
]);

export class Answer {
  constructor(readonly fields: object) {}

  /** One line. */
  text(redact: Redact = (text) => text): string {
    const json = JSON.stringify(this.fields, function (this: object, key, value: unknown) {
      return typeof value === 'string' && !isOurs(key, this) ? redact(value) : value;
    });
    return `${escapeUnseen(json)}\n`;
  }
}

/** A `name` is that of a check or a criterion, unless it stands beside the id of a device. */
function isOurs(key: string, holder: object): boolean {
  return OURS.has(key) || (key === 'name' && !('device_id' in holder));
}
