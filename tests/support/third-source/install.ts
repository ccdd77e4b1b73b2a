/** A copy of the project with a third source in it: its folder, and as little as possible outside of it. */
import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../run-command';

const QUANTITY = `  co2_ppm: {
    ...{ name: 'co2', title: 'Carbon dioxide', short: 'CO2', unit: 'ppm', decimals: 0 },
    stored: { column: 'co2', as: 'real', since: 3 },
    metric: { name: 'climate_co2_ppm', help: 'Carbon dioxide, parts per million.' },
    possible: [0, 100_000],
    better: 'lower',
  },
} as const satisfies`;

const SECTION = {
  description: 'The toy monitor.',
  type: 'object',
  additionalProperties: false,
  required: ['url'],
  properties: {
    enabled: { description: 'Whether collect-toy reads it.', type: 'boolean', default: true },
    url: { description: 'Its address.', type: 'string', examples: ['http://192.168.1.20'] },
    locations: { description: 'id → location', type: 'object', default: {}, additionalProperties: { type: 'string' } },
  },
};

/** @returns what had to be changed outside the source's own folder: file → lines added */
export function installThirdSource(directory: string): Record<string, number> {
  for (const name of ['lib', 'config', 'bin', 'cron', 'package.json', 'tsconfig.json']) {
    cpSync(join(PROJECT_ROOT, name), join(directory, name), { recursive: true });
  }
  symlinkSync(join(PROJECT_ROOT, 'node_modules'), join(directory, 'node_modules'));
  cpSync(join(__dirname, 'toy'), join(directory, 'lib/sources/toy'), { recursive: true });

  const changed: Record<string, number> = {};
  const edit = (file: string, change: (text: string) => string, layOut = (text: string) => text) => {
    const before = layOut(readFileSync(join(directory, file), 'utf8'));
    const after = change(before);
    writeFileSync(join(directory, file), after);
    const known = new Set(before.split('\n'));
    changed[file] = after.split('\n').filter((line) => !known.has(line)).length;
  };
  const add = (file: string, text: string) => {
    writeFileSync(join(directory, file), text);
    changed[file] = text.trimEnd().split('\n').length;
  };
  edit('lib/sources/all.ts', (text) =>
    text
      .replace('const ROWS = [HUE, AMAZON_AQM]', 'const ROWS = [HUE, AMAZON_AQM, TOY]')
      .replace(/(import \{ HUE \} .*\n)/, "$1import { TOY } from './toy/row';\n"),
  );
  edit('lib/quantities.ts', (text) => text.replace('} as const satisfies', () => QUANTITY));
  const asLines = (schema: unknown) => `${JSON.stringify(schema, null, 2)}\n`;
  const addSection = (text: string) => {
    const schema = JSON.parse(text) as { properties: Record<string, unknown> };
    schema.properties['toy'] = SECTION;
    return asLines(schema);
  };
  edit('config/config.schema.json', addSection, (text) => asLines(JSON.parse(text)));
  const imports =
    "import { TOY } from '../../sources/toy/row';\nimport { collector } from '../collector';\nimport { main } from '../command';\n";
  add('lib/cli/commands/collect-toy.ts', `/** collect-toy. */\n${imports}\nvoid main(...collector(TOY));\n`);
  add('bin/collect-toy.js', "#!/usr/bin/env node\n'use strict';\nrequire('./door')('collect-toy');\n");
  return changed;
}
