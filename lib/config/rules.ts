/** What a schema cannot say: how keys depend on one another. A rule is a row; it is asked only about valid values. */
import type { RuleFault } from './explain';
import { bridgeRules } from './bridge-rules';
import { serviceUrlFault } from './urls';
import { pathFault } from './paths';
import type { RawConfig, Rule, RuleContext } from './rule';
import { nearest } from './nearest';
import { QUANTITY_NAMES, quantityRow } from '../quantities';

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
    pointer: '/publish/mqtt/url',
    check: ({ publish }) =>
      publish?.mqtt === undefined || (URL.canParse(publish.mqtt.url) && new URL(publish.mqtt.url).port !== '0')
        ? null
        : 'has no valid host or port, expected mqtts://host:port or mqtt://host:port',
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
    if (typeof below === 'number' && typeof above === 'number' && above <= below) {
      found.push({
        pointer: `/alerts/${n}/above`,
        message: `is not above below (${below}), so that every value is told, expected more`,
      });
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
  const found = [...RULES, ...bridgeRules(config)].flatMap(({ pointer, reads = [], afterPairing = false, check }) => {
    if ((afterPairing && context.beforePairing) || [pointer, ...reads].some(isMoot)) return [];
    const message = check(config, context);
    return message === null ? [] : [{ pointer, message }];
  });
  return [...found, ...alertFaults(config).filter(({ pointer }) => !isMoot(pointer))];
}
