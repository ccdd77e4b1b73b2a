/**
 * Which instance of a monitor's `Alexa.RangeController` measures what. The meaning is in discovery: the capability's
 * `assetId`. Other programs that trusted the instance numbers failed when Amazon shifted them, so the usual number
 * counts only if the monitor describes nothing.
 */
import type { QuantityName } from '../../quantities';
import { LONGEST_TEXT } from '../device-text';
import { asList, asRecord, asText } from './lenient-json';

export type AqmQuantity = Exclude<QuantityName, 'temperature_celsius' | 'light_lux' | 'battery_percent'>;

interface QuantityRow {
  quantity: AqmQuantity;
  usualInstance: string;
  /** null: Amazon gives it a text only */
  assetId: string | null;
  text?: RegExp;
}

const ROWS: QuantityRow[] = [
  { quantity: 'humidity_percent', usualInstance: '4', assetId: 'Alexa.AirQuality.Humidity' },
  { quantity: 'voc_index', usualInstance: '5', assetId: 'Alexa.AirQuality.VolatileOrganicCompounds' },
  { quantity: 'pm25_ugm3', usualInstance: '6', assetId: 'Alexa.AirQuality.ParticulateMatter' },
  { quantity: 'pm10_ugm3', usualInstance: '7', assetId: null, text: /\bPM\s?10\b/i },
  { quantity: 'co_ppm', usualInstance: '8', assetId: 'Alexa.AirQuality.CarbonMonoxide' },
  { quantity: 'iaq_score', usualInstance: '9', assetId: 'Alexa.AirQuality.IndoorAirQuality' },
];

/** More instances without a column are not remembered. */
const MOST_UNKNOWN = 50;

/** What the instances of one monitor mean. */
export interface InstanceMeanings {
  /** instance → the quantity it measures */
  known: Record<string, AqmQuantity>;
  /** instance → how Amazon describes a quantity that has no column here */
  unknown: Record<string, string>;
}

/**
 * Reads the meanings out of discovery's `capabilities` (a list, or the JSON text of one). The first of two capabilities
 * for one quantity or one instance wins.
 */
export function meaningsOf(capabilities: unknown): InstanceMeanings {
  const known: Record<string, AqmQuantity> = {};
  const unknown: Record<string, string> = {};
  const claim = (instance: string, quantity: AqmQuantity) => {
    if (!Object.values(known).includes(quantity)) known[instance] = quantity;
  };

  const undescribed = new Set(ROWS.map((row) => row.usualInstance));
  for (const capability of asList(capabilities).map(asRecord)) {
    const instance = asText(capability['instance']);
    if (capability['interfaceName'] !== 'Alexa.RangeController' || instance === null) continue;
    if (Object.hasOwn(known, instance) || Object.hasOwn(unknown, instance)) continue;
    const { assetIds, texts } = describedBy(capability);
    if (assetIds.length === 0 && texts.length === 0) continue;
    const row = rowFor(instance, assetIds, texts);
    if (row) claim(instance, row.quantity);
    if (!Object.hasOwn(known, instance) && Object.keys(unknown).length < MOST_UNKNOWN) {
      unknown[instance.slice(0, LONGEST_TEXT)] = [...assetIds, ...texts].join(', ').slice(0, LONGEST_TEXT);
    }
    undescribed.delete(instance);
  }
  for (const instance of undescribed) {
    const row = ROWS.find((candidate) => candidate.usualInstance === instance);
    if (row) claim(instance, row.quantity);
  }
  return { known, unknown };
}

function rowFor(instance: string, assetIds: string[], texts: string[]): QuantityRow | undefined {
  if (assetIds.length > 0) return ROWS.find((row) => row.assetId !== null && assetIds.includes(row.assetId));
  const byText = ROWS.find((row) => texts.some((text) => row.text?.test(text)));
  // A text alone is in the account's language; the usual number decides, unless that row is known by its text.
  return byText ?? ROWS.find((row) => row.usualInstance === instance && !row.text);
}

/** The `resources.friendlyNames` of a capability: `{value: {assetId}}`, `{assetId}`, or `{value: {text}}`. */
function describedBy(capability: Record<string, unknown>): { assetIds: string[]; texts: string[] } {
  const names = asList(asRecord(capability['resources'])['friendlyNames']).map(asRecord);
  const parts = names.flatMap((name) => [asRecord(name['value']), name]);
  const texts = (key: string) => parts.map((part) => asText(part[key])).filter((text) => text !== null);
  return { assetIds: texts('assetId'), texts: texts('text') };
}
