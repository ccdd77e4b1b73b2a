/** What the tests of health share: the shape of its JSON. */
import type { CheckName, Status } from '../../../lib/health/check';

export interface HealthJson {
  schema_version: number;
  status: string;
  exit_code: number;
  duration_ms: number;
  checks: {
    name: CheckName;
    status: Status;
    message: string;
    remediation: string;
    duration_ms: number;
    details: Record<string, unknown>;
  }[];
}
