/** What each view of a report is made from. */
import type { Config } from '../config/config';
import type { Database } from '../store/database';
import type { Range } from './cursor';
import type { Request } from './request';
import type { Style } from './text';

export interface ContentContext {
  config: Config;
  request: Request;
  style: Style;
  /** of the terminal; null if there is none */
  width: number | null;
  /** adds the fields that all JSON answers have in common */
  envelope: (content: object) => string;
  write: (text: string) => void;
  /** for --since-last: which cycles are new */
  range: ((database: Database) => Promise<Range>) | null;
}
