/** The example files and the reference page, made from the schemas, so that the three always agree. */
import { expectation, type SchemaNode } from '../config/expectation';

/** How an example file begins, and which of its sections are only shown. */
export interface ExampleOptions {
  /** `config.schema.json`, for the editor's completion */
  schemaFile: string;
  /** lines without `#` */
  introduction: string[];
  /** sections that would do harm if they were copied without a change */
  commentedOut?: string[];
}

/** An example file: every key with its meaning and its default (or an example, if it has no useful default). */
export function exampleFile(
  schema: SchemaNode,
  { schemaFile, introduction, commentedOut = [] }: ExampleOptions,
): string {
  const lines = [`yaml-language-server: $schema=./${schemaFile}`, '', ...introduction].map(comment);
  for (const [section, node] of Object.entries(schema.properties ?? {})) {
    const isComment = commentedOut.includes(section);
    if (node.type === 'array') {
      lines.push('', ...wrap(node.description ?? ''), comment(`${section}: ${yamlValue(node.examples?.[0])}`));
      continue;
    }
    lines.push('', ...wrap(node.description ?? ''), isComment ? comment(`${section}:`) : `${section}:`);
    for (const [key, child] of Object.entries(node.properties ?? {})) {
      const setting = `  ${key}: ${yamlValue(exampleValue(child))}`;
      if (isComment) lines.push(comment(`${setting} # ${meaning(child)}`));
      else lines.push(...wrap(meaning(child), '  '), ...shape(child), setting);
    }
  }
  return `${lines.join('\n')}\n`;
}

/** A part of the reference page: one list per section. */
export function reference(schema: SchemaNode): string {
  return Object.entries(schema.properties ?? {})
    .map(
      ([section, node]) => `### \`${section}\`\n\n${node.description ?? ''}\n\n${settings(section, node).join('\n')}\n`,
    )
    .join('\n');
}

function settings(section: string, node: SchemaNode): string[] {
  if (node.items?.properties !== undefined) return settings(`${section}[]`, node.items);
  return Object.entries(node.properties ?? {}).flatMap(([key, child]) => {
    const name = `${section}.${key}`;
    const fallback = child.default === undefined ? 'no default' : `default \`${yamlValue(child.default)}\``;
    const line = `- \`${name}\`: ${child.description ?? ''} (${allowed(child)}; ${fallback})`;
    return [line, ...settings(name, child)];
  });
}

function meaning(node: SchemaNode): string {
  const saysItself = node.type === 'boolean' || node.type === 'object' || (node.type === 'string' && !node.enum);
  const keys = node.properties === undefined ? '' : ` Keys: ${Object.keys(node.properties).join(', ')}.`;
  return `${node.description ?? ''}${keys}${saysItself ? '' : ` (${allowed(node)})`}`;
}

function kindsIn(items: SchemaNode = {}): string {
  const keys = Object.keys(items.properties ?? {});
  return keys.length === 0 ? (items.enum?.join(', ') ?? 'values') : `entries with ${keys.join(', ')}`;
}

/** An example of an entry in a list, or of a line in a mapping with free keys. */
function shape({ type, examples }: SchemaNode): string[] {
  return (type === 'object' || type === 'array') && examples !== undefined
    ? [`  # Such as ${yamlValue(examples[0])}`]
    : [];
}

function allowed(node: SchemaNode): string {
  if (node.type === 'array') return `a list of ${kindsIn(node.items)}`;
  return expectation(node).replace(/^expected /, '');
}

/** The default; the example if the default does not work. */
function exampleValue(node: SchemaNode): unknown {
  const useless = node.default === undefined || node.default === '';
  return useless && node.examples !== undefined ? node.examples[0] : node.default;
}

function yamlValue(value: unknown): string {
  if (typeof value === 'string') return /^[a-z][\w.:/@-]*$/.test(value) ? value : JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(yamlValue).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  const pairs = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${yamlValue(item)}`);
  return pairs.length === 0 ? '{}' : `{ ${pairs.join(', ')} }`;
}

/** Comment lines of at most 120 columns. */
function wrap(text: string, indentation = ''): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && indentation.length + line.length + word.length + 3 > 120) {
      lines.push(line);
      line = '';
    }
    line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].map((part) => indentation + comment(part));
}

function comment(text: string): string {
  return text === '' ? '#' : `# ${text}`;
}
