/**
 * Turns the JSON Schemas of config/ into plain functions (lib/config/validators.generated.js), because compiling them
 * at each start would cost a cycle 60 ms. ajv is needed only here, not at run time.
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { argv, pid } from 'node:process';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import standalone from 'ajv/dist/standalone/index.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const target = join(root, 'lib', 'config', 'validators.generated.js');

export function compileValidators() {
  const ajv = new Ajv({
    schemas: ['config', 'secrets'].map((name) => ({ ...readSchema(name), $id: name })),
    code: { source: true, esm: true },
    allErrors: true,
    useDefaults: true,
    messages: false,
  });
  const code = standalone.default(ajv, { validateConfig: 'config', validateSecrets: 'secrets' });
  const imported = /\brequire\(.*?\)|^import .*$/m.exec(code)?.[0];
  if (imported !== undefined) throw new Error(`The validators must need nothing at run time, but need ${imported}`);
  mkdirSync(dirname(target), { recursive: true });
  // Written under another name and renamed: parallel test runs never see half a file.
  writeFileSync(`${target}.${pid}`, code);
  renameSync(`${target}.${pid}`, target);
}

/** The schema without its descriptions, which would otherwise be part of every bundle. */
function readSchema(name) {
  const manual = ['description', 'title', 'examples', 'patternErrorMessage'];
  return JSON.parse(readFileSync(join(root, 'config', `${name}.schema.json`), 'utf8'), (key, value) =>
    manual.includes(key) ? undefined : value,
  );
}

if (argv[1] === fileURLToPath(import.meta.url)) compileValidators();
