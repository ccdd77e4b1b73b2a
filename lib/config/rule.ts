/** What a rule of the configuration is: a fault that the schema cannot see. */
import type { AqmConfig, Config, HueConfig } from './config';

/** The configuration as it is written, after validation: defaults filled in, nothing resolved yet. */
export type RawConfig = Omit<Config, 'file' | 'storage' | 'hue' | 'amazon_aqm'> & {
  storage: Omit<Config['storage'], 'file_mode'> & { file_mode: string };
  hue?: HueConfig;
  amazon_aqm?: AqmConfig;
};

export interface RuleContext {
  /** where relative paths begin */
  baseDirectory: string;
  /** leave out what auth-hue fills in */
  beforePairing: boolean;
}

export interface Rule {
  /** JSON pointer of the key that the fault is reported for */
  pointer: string;
  /** further keys: if one of them has a fault, the rule is not asked */
  reads?: string[];
  /** not asked by the command that finds the bridge and fills these keys in */
  afterPairing?: boolean;
  /** @returns what is wrong, or null */
  check: (config: RawConfig, context: RuleContext) => string | null;
}
