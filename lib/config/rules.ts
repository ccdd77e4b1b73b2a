/** What a schema cannot say: how keys depend on one another. A rule is a row; it is asked only about valid values. */
import type { AqmConfig, Config, HueConfig } from './config';
import type { RuleFault } from './explain';
import { bridgeUrlFault, serviceUrlFault } from './urls';
import { nearest } from './nearest';
import { pathFault } from './paths';
import { QUANTITY_NAMES, quantityRow } from '../quantities';
import { asTyped } from '../typed-command';

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

interface Rule {
  /** JSON pointer of the key that the fault is reported for */
  pointer: string;
  /** further keys: if one of them has a fault, the rule is not asked */
  reads?: string[];
  /** not asked by the command that finds the bridge and fills these keys in */
  afterPairing?: boolean;
  /** @returns what is wrong, or null */
  check: (config: RawConfig, context: RuleContext) => string | null;
}

/** The value of an unknown key may be anything; the schema has reported it. */
function isEnabled(section: unknown): boolean {
  return typeof section === 'object' && section !== null && 'enabled' in section && section.enabled === true;
}

const RULES: Rule[] = [
  {
    pointer: '',
    reads: ['/hue/enabled', '/amazon_aqm/enabled'],
    afterPairing: true,
    check: (config) =>
      Object.values(config).some((section) => isEnabled(section))
        ? null
        : 'enables no source, expected a section hue or amazon_aqm with enabled: true',
  },
  {
    pointer: '/hue/bridge_url',
    reads: ['/hue/enabled'],
    afterPairing: true,
    check: ({ hue }) =>
      hue?.enabled === true && hue.bridge_url === ''
        ? asTyped(
            'is missing, expected the address of the bridge, such as https://192.168.1.10 (node bin/auth-hue.js finds it)',
          )
        : null,
  },
  {
    pointer: '/hue/bridge_url',
    check: ({ hue }) => (hue === undefined || hue.bridge_url === '' ? null : bridgeUrlFault(hue.bridge_url)),
  },
  {
    pointer: '/hue/bridge_id',
    reads: ['/hue/enabled', '/hue/bridge_url', '/hue/tls', '/hue/certificate_sha256'],
    afterPairing: true,
    check: ({ hue }) =>
      hue?.enabled === true &&
      hue.bridge_url.startsWith('https:') &&
      hue.tls === 'verify' &&
      hue.bridge_id === '' &&
      hue.certificate_sha256 === ''
        ? asTyped(
            'is missing, expected the 16 hex digits of the bridge, which prove it over https (node bin/auth-hue.js writes them)',
          )
        : null,
  },
  {
    pointer: '/hue/discovery_url',
    check: ({ hue }) => (hue === undefined ? null : serviceUrlFault(hue.discovery_url)),
  },
  ...(['alexa', 'www', 'api'] as const).map((name) => ({
    pointer: `/amazon_aqm/base_urls/${name}`,
    check: ({ amazon_aqm }: RawConfig): string | null => {
      const url = amazon_aqm?.base_urls[name];
      return url === undefined ? null : serviceUrlFault(url);
    },
  })),
  {
    pointer: '/storage/data_directory',
    check: ({ storage }, { baseDirectory }) => pathFault(baseDirectory, storage.data_directory),
  },
  {
    pointer: '/logging/directory',
    check: ({ logging }, { baseDirectory }) => pathFault(baseDirectory, logging.directory),
  },
  {
    pointer: '/validation/temperature_min',
    reads: ['/validation/temperature_max'],
    check: ({ validation: { temperature_min, temperature_max } }) =>
      temperature_min < temperature_max ? null : `is not below temperature_max (${temperature_max}), expected less`,
  },
];

/** What is wrong with each rule about the home. */
function alertFaults({ alerts }: RawConfig): RuleFault[] {
  if (!Array.isArray(alerts)) return [];
  const names = QUANTITY_NAMES.map((column) => quantityRow(column).name);
  return alerts.flatMap(({ quantity, below, above, location, device }, n): RuleFault[] => {
    const found: RuleFault[] = [];
    const isKnown = names.includes(quantity) || (QUANTITY_NAMES as string[]).includes(quantity);
    if (typeof quantity === 'string' && !isKnown) {
      const close = nearest(quantity, names);
      const hint = close === undefined ? '' : `, nearest known quantity: ${close}`;
      found.push({
        pointer: `/alerts/${n}/quantity`,
        message: `is unknown, expected one of ${names.join(', ')}${hint}`,
      });
    }
    if (below === undefined && above === undefined) {
      found.push({ pointer: `/alerts/${n}`, message: 'has no limit, expected above or below' });
    }
    if (location !== undefined && device !== undefined) {
      found.push({ pointer: `/alerts/${n}/device`, message: 'is beside location, expected one of the two' });
    }
    return found;
  });
}

/** @param faulty pointers the schema has already complained about */
export function checkRules(config: RawConfig, faulty: readonly string[], context: RuleContext): RuleFault[] {
  const isMoot = (pointer: string): boolean => faulty.some((other) => `${pointer}/`.startsWith(`${other}/`));
  const found = RULES.flatMap(({ pointer, reads = [], afterPairing = false, check }) => {
    if ((afterPairing && context.beforePairing) || [pointer, ...reads].some(isMoot)) return [];
    const message = check(config, context);
    return message === null ? [] : [{ pointer, message }];
  });
  return [...found, ...alertFaults(config).filter(({ pointer }) => !isMoot(pointer))];
}
