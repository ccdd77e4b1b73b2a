/**
 * The features of `listEndpoints`, turned into the words of `phoenix/state`: both are read by the same code. What the
 * instances mean is not in them; it is remembered from the list.
 */
import type { Monitor } from './discovery';
import { entityIdOf, textIn } from './endpoint';
import { asList, asRecord, asText } from './lenient-json';
import type { StateAnswer } from './readings';

/** @param monitors those that were asked for: the account may have others */
export function statesOfEndpoints(endpoints: unknown[], monitors: readonly Monitor[]): StateAnswer {
  const deviceStates: unknown[] = [];
  const errors: unknown[] = [];
  for (const endpoint of endpoints.map(asRecord)) {
    const id = entityIdOf(endpoint);
    const serial = textIn(endpoint['serialNumber']);
    const monitor =
      monitors.find(({ entity }) => entity.entityId === id) ?? monitors.find((one) => one.serial === serial);
    if (monitor === undefined) continue;
    const properties = asList(endpoint['features']).map(asRecord).flatMap(propertiesOf);
    const usable = properties.filter(({ property }) => property['type'] !== 'ERROR');
    deviceStates.push({ entity: monitor.entity, capabilityStates: usable.map(stateOf), error: null });
    const code = usable.length === 0 ? properties.map(errorTypeOf).find((type) => type !== null) : undefined;
    if (code !== undefined) errors.push({ code, entity: monitor.entity });
  }
  return { deviceStates, errors };
}

interface FeatureProperty {
  feature: string;
  instance: string | null;
  property: Record<string, unknown>;
}

function propertiesOf(feature: Record<string, unknown>): FeatureProperty[] {
  const name = asText(feature['name']) ?? '';
  const instance = asText(feature['instance']);
  return asList(feature['properties'])
    .map(asRecord)
    .map((property) => ({ feature: name, instance, property }));
}

function stateOf({ feature, instance, property }: FeatureProperty): unknown {
  const { timeOfSample } = property;
  switch (feature) {
    case 'temperatureSensor':
      return {
        namespace: 'Alexa.TemperatureSensor',
        name: 'temperature',
        value: property['value'] ?? null,
        timeOfSample,
      };
    case 'range': {
      const value = asRecord(property['rangeValue'])['value'] ?? null;
      return { namespace: 'Alexa.RangeController', name: 'rangeValue', value, instance, timeOfSample };
    }
    case 'connectivity': {
      const value = property['reachabilityStatusValue'] ?? null;
      return { namespace: 'Alexa.EndpointHealth', name: 'connectivity', value, timeOfSample };
    }
    default:
      return { namespace: feature === '' ? 'unnamed' : feature, name: property['name'], value: null };
  }
}

/** `NOT_FOUND` says that a property is not there at the moment, not that its monitor is unknown. */
function errorTypeOf({ property }: FeatureProperty): string | null {
  const type = asText(asRecord(property['error'])['type']);
  return type === null || /not.?found/i.test(type) ? null : type;
}
