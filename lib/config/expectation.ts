/** What the schema allows for a key, in words. */

/** The part of JSON Schema draft-07 that config/*.schema.json use. */
export interface SchemaNode {
  description?: string;
  type?: string;
  enum?: readonly string[];
  pattern?: string;
  patternErrorMessage?: string;
  minimum?: number;
  exclusiveMinimum?: number;
  maximum?: number;
  default?: unknown;
  examples?: readonly unknown[];
  items?: SchemaNode;
  properties?: Record<string, SchemaNode>;
  additionalProperties?: boolean | SchemaNode;
}

/** `expected a number from 1 to 3600` */
export function expectation(node: SchemaNode): string {
  if (node.patternErrorMessage !== undefined) return node.patternErrorMessage;
  if (node.enum !== undefined) return `expected one of ${node.enum.join(', ')}`;
  switch (node.type ?? '') {
    case 'number':
    case 'integer':
      return `expected a ${node.type === 'integer' ? 'whole number' : 'number'}${range(node)}`;
    case 'boolean':
      return 'expected true or false';
    case 'array':
      return `expected a list of ${node.items?.enum?.join(', ') ?? (node.items?.properties ? 'entries' : 'values')}, such as ${JSON.stringify(node.examples?.[0] ?? node.default)}`;
    case 'object':
      return `expected ${knownKeys(node)} below it`;
    default:
      return 'expected a text';
  }
}

/** `one of the keys host, port`, or what the keys of a free mapping look like */
export function knownKeys(node: SchemaNode): string {
  const keys = Object.keys(node.properties ?? {});
  return keys.length === 0 ? 'lines of "name: value"' : `one of the keys ${keys.join(', ')}`;
}

function range({ minimum, exclusiveMinimum, maximum }: SchemaNode): string {
  if (minimum !== undefined && maximum !== undefined) return ` from ${minimum} to ${maximum}`;
  if (minimum !== undefined) return ` of at least ${minimum}`;
  if (exclusiveMinimum !== undefined) return ` above ${exclusiveMinimum}`;
  return '';
}
