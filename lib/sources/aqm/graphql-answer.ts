/** The answer of Amazon's GraphQL: HTTP 200 with data, errors, or both. */
import { MonitorError } from '../../errors';
import { excerptOf, type Redact } from '../../logging/redact';
import { IF_IT_STAYS } from './answer';
import { refuseThrottled } from './exchange';
import { asRecord, asText } from './lenient-json';

export interface GraphqlList {
  elements: unknown[];
  /** the field that holds the list, with what else it says */
  field: Record<string, unknown>;
  /** why elements may be missing, in words */
  complaints: string[];
}

export interface WantedList {
  endpoint: string;
  /** `data.<field>.<list>` */
  field: string;
  list: string;
  /** for what is quoted */
  redact: Redact;
}

const LONGEST_ERROR = 100_000;

/**
 * Errors together with elements mean a part of a list; without any, a failure.
 * @throws MonitorError `unauthorized` for dead cookies, `rate_limited`, `invalid_response`
 */
export function readGraphql(answer: Record<string, unknown>, wanted: WantedList): GraphqlList {
  const { endpoint, redact } = wanted;
  const field = asRecord(asRecord(answer['data'])[wanted.field]);
  const elements = field[wanted.list];
  const errors = Array.isArray(answer['errors']) ? answer['errors'].map(asRecord) : [];
  if (Array.isArray(elements) && (elements.length > 0 || errors.length === 0)) {
    const complaints = errors.length === 0 ? [] : [saidIn(errors, redact) ?? 'Amazon sends an error with it'];
    return { elements, field, complaints };
  }
  const extensions = errors.map((error) => asRecord(error['extensions']));
  if (extensions.some(({ errorCode }) => /FORBIDDEN|UNAUTH/i.test(asText(errorCode) ?? ''))) {
    throw new MonitorError('Amazon refuses the session (GraphQL FORBIDDEN)', {
      type: 'unauthorized',
      permanent: true,
      endpoint,
      remediation: { say: 'Check the login', command: 'node bin/auth-amazon.js --check' },
    });
  }
  const permanent = extensions.some(({ isRetryable }) => isRetryable === false);
  const codes = errors.flatMap(({ message }, index) => [message, extensions[index]?.['errorCode']]).slice(0, 20);
  refuseThrottled(codes.map((code) => asText(code)?.slice(0, 200)).join(' '), endpoint, { permanent });
  const said = saidIn(errors, redact);
  throw new MonitorError(`the answer of ${endpoint} holds no device list${said === null ? '' : `: ${said}`}`, {
    type: 'invalid_response',
    // An error of megabytes does not pass by itself, and asking for it again takes memory.
    permanent: codes.some((code) => (asText(code) ?? '').length > LONGEST_ERROR),
    endpoint,
    remediation: IF_IT_STAYS,
  });
}

function saidIn(errors: Record<string, unknown>[], redact: Redact): string | null {
  const messages = errors.map(
    (error) => asText(error['message']) ?? asText(asRecord(error['extensions'])['errorCode']),
  );
  const said = messages.find((message) => message !== null) ?? null;
  return said === null ? null : excerptOf(said, 120, redact);
}
