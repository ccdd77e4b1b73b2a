/** Turns what the validator found into faults a person can act on: place, key, what is wrong, what was expected. */
import { printable } from '../wording';
import { expectation, knownKeys, type SchemaNode } from './expectation';
import type { Fault } from './faults';
import { plainMarketplace } from './marketplaces';
import { nearest } from './nearest';
import { escapePointer, findPositions, lineFinder, type Place } from './positions';
import type { SchemaFault } from './validators.generated';
import { LIMITS, type YamlText } from './yaml-text';

export interface ExplainOptions {
  schema: SchemaNode;
  /** a file of secrets: no value, and no key that may be one, is ever quoted */
  secret: boolean;
}

/** A fault that a rule of ours found. */
export interface RuleFault {
  /** JSON pointer of the key: `/hue/bridge_url` */
  pointer: string;
  message: string;
}

/** @returns one fault per key at most, in no particular order */
export function explain(
  yaml: YamlText,
  schemaFaults: readonly SchemaFault[],
  ruleFaults: readonly RuleFault[],
  { schema, secret }: ExplainOptions,
): Fault[] {
  const { places, duplicates } = findPositions(yaml.text, LIMITS);
  const lineAndColumn = lineFinder(yaml.text);
  const faults = new Map<string, Fault>();

  const add = (pointer: string, message: string, offset: number, key = keyName(pointer)): void => {
    const id = `${pointer} ${offset}`;
    if (!faults.has(id)) faults.set(id, { file: yaml.file, ...lineAndColumn(offset), key, message });
  };

  for (const { pointer, offset } of duplicates) {
    const first = lineAndColumn(places.get(pointer)?.keyOffset ?? 0).line;
    const known = !secret || schemaAt(schema, pointer) !== undefined;
    add(pointer, `is there twice (line ${first}), expected once`, offset, known ? undefined : '(a key)');
  }
  for (const fault of schemaFaults) {
    const pointer = pointerOf(fault);
    const node = schemaAt(schema, pointer);
    const parent = schemaAt(schema, fault.instancePath);
    const place = nearestPlace(places, pointer);
    if (fault.keyword === 'additionalProperties' && parent !== undefined) {
      const name = String(fault.params['additionalProperty']);
      const meant = nearest(name, Object.keys(parent.properties ?? {}));
      const elsewhere = secret ? undefined : findKey(schema, name);
      const expected = meant ?? elsewhere;
      const message = `unknown key, ${expected === undefined ? `expected ${knownKeys(parent)}` : `nearest known key: ${expected}`}`;
      // In a file of secrets, a key that is similar to none of ours may be a secret in the wrong place.
      const hidden = secret && meant === undefined ? keyName(`${fault.instancePath}/(a key)`) : undefined;
      add(pointer, message, place.keyOffset, hidden);
    } else if (node !== undefined) {
      const missing = fault.keyword === 'required' || fault.keyword === 'dependencies';
      const wrong = missing ? 'is missing' : whatIsWrong(fault, node, places.get(pointer), secret);
      add(pointer, `${wrong}, ${expectation(node)}`, missing ? place.keyOffset : place.valueOffset);
    }
  }
  for (const { pointer, message } of ruleFaults) add(pointer, message, nearestPlace(places, pointer).valueOffset);
  return [...faults.values()];
}

/** The key a fault is about; for a key too many or too few, that key and not its section. */
export function pointerOf({ instancePath, params }: SchemaFault): string {
  const name = params['additionalProperty'] ?? params['missingProperty'];
  return typeof name === 'string' ? `${instancePath}/${escapePointer(name)}` : instancePath;
}

function whatIsWrong(fault: SchemaFault, node: SchemaNode, place: Place | undefined, secret: boolean): string {
  const written = place?.written ?? null;
  switch (fault.keyword) {
    case 'type':
      if (written === '' || written === 'null' || written === '~') return 'is empty';
      if (written === null) return node.type === 'object' ? 'is a list' : 'is a list or has keys below it';
      if (node.type === 'object' || node.type === 'array') return `is a single value${slipOf(written)}`;
      if (node.type !== 'string') return 'is a text';
      return `YAML reads it as a number or as true/false: put it in quotes${secret ? '' : `, "${quoted(written)}"`}`;
    case 'enum': {
      const meant = secret ? undefined : nearest(plainMarketplace(written ?? ''), node.enum ?? []);
      return `is unknown${meant === undefined ? '' : ` (nearest: ${meant})`}`;
    }
    case 'minItems':
      return 'is an empty list';
    case 'maxItems':
      return 'has too many entries';
    case 'uniqueItems':
      return 'has the same element twice';
    case 'pattern':
      return 'has another form';
    default:
      return secret ? 'is out of range' : `is ${quoted(written ?? '')}`;
  }
}

/** A section of one line, with a slip in it, is a text to YAML. */
function slipOf(written: string): string {
  if (/^[A-Za-z_]\w*:[^\s/]/.test(written)) return ' (a space is missing after the colon)';
  return /^[A-Za-z_]\w* +\S+$/.test(written) ? ' (a colon is missing after the key)' : '';
}

/** The place of a key, or of the section it should be in, if it is not written at all. */
function nearestPlace(places: Map<string, Place>, pointer: string): Place {
  for (let here = pointer; ; here = here.slice(0, here.lastIndexOf('/'))) {
    const place = places.get(here);
    if (place !== undefined) return here === pointer ? place : { ...place, valueOffset: place.keyOffset };
    if (here === '') return { keyOffset: 0, valueOffset: 0, written: null };
  }
}

function schemaAt(schema: SchemaNode, pointer: string): SchemaNode | undefined {
  let node: SchemaNode | undefined = schema;
  for (const step of pointer.split('/').slice(1)) {
    const here: SchemaNode = node ?? {};
    const free = typeof here.additionalProperties === 'object' ? here.additionalProperties : undefined;
    const properties = here.properties ?? {};
    node = Object.hasOwn(properties, step) ? properties[step] : (free ?? here.items);
  }
  return node;
}

/** `hue.bridge_url`, if that is the section a key belongs to. */
function findKey(schema: SchemaNode, name: string): string | undefined {
  for (const [section, node] of Object.entries(schema.properties ?? {})) {
    if (Object.hasOwn(node.properties ?? {}, name)) return `${section}.${name}`;
  }
  return undefined;
}

/** The keys on the way to a place: the opposite of `escapePointer`. */
export function stepsOf(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function keyName(pointer: string): string {
  return quoted(
    stepsOf(pointer)
      .map((step, index) => (index > 0 && /^\d+$/.test(step) ? `[${step}]` : `.${step}`))
      .join('')
      .slice(1),
  );
}

/** Short, and without anything that a terminal would take as a command. */
function quoted(text: string): string {
  const clean = printable(text);
  return clean.length > 60 ? `${clean.slice(0, 57)}...` : clean;
}
