/** How `listEndpoints` writes ids and texts. */
import { asRecord, asText } from './lenient-json';

const ID_PREFIX = 'amzn1.alexa.endpoint.';

/** `amzn1.alexa.endpoint.<entityId>` */
export function entityIdOf(endpoint: Record<string, unknown>): string | null {
  const id = asText(endpoint['id']);
  return id?.startsWith(ID_PREFIX) === true ? id.slice(ID_PREFIX.length) : id;
}

/** `{value: {text}}`, as names and serials are written */
export function textIn(container: unknown): string | null {
  return asText(asRecord(asRecord(container)['value'])['text']);
}
