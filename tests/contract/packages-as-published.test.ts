/** What is shipped of a package is what was published and tested; and it is listed under `dependencies`. */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Spec, Validation } from '@cyclonedx/cyclonedx-library';
import { scratchDirectory } from '../support/scratch';

const ROOT = join(__dirname, '../..');
const PACKAGE = /^node_modules\/((?:@[^/]+\/)?[^/]+)\//;

interface Contents {
  files: Record<string, { bytes: number; imports: string[] }>;
  texts: Record<string, string>;
  notice: string;
  bill: string;
}

const readJson = (path: string): unknown => JSON.parse(readFileSync(join(ROOT, path), 'utf8'));
const { dependencies, optionalDependencies } = readJson('package.json') as Record<string, Record<string, string>>;
const listed = { ...dependencies, ...optionalDependencies };
const lock = readJson('package-lock.json') as { packages: Record<string, { version: string; dev?: boolean }> };
let files: Contents['files'];
let texts: Contents['texts'];
let notice: string;
let bill: string;

beforeAll(() => {
  const printed = execFileSync(process.execPath, [join(ROOT, 'tests/support/bundle-contents.mjs')], {
    encoding: 'utf8',
    maxBuffer: 1e9,
  });
  ({ files, texts, notice, bill } = JSON.parse(printed) as Contents);
});

test('everything in the bundles is a file, and every file of a package is there as it lies on the disk', () => {
  expect(Object.keys(files).filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  const ofPackages = Object.entries(files).filter(([path]) => PACKAGE.test(path));
  expect(ofPackages.length).toBeGreaterThan(100);
  const changed = ofPackages.filter(([path, { bytes }]) => {
    const text = texts[path];
    const file = join(ROOT, path);
    return bytes !== statSync(file).size || (text !== undefined && text !== readFileSync(file, 'utf8'));
  });
  expect(changed).toEqual([]);
});

test('no file of ours replaces what a package imports', () => {
  const replaced = Object.entries(files)
    .filter(([path]) => PACKAGE.test(path))
    .flatMap(([path, { imports }]) => imports.map((one) => ({ path, one })))
    .filter(({ one }) => !one.startsWith('external ') && !PACKAGE.test(one));
  expect(replaced).toEqual([]);
});

test('what we import is listed under dependencies, and the lock file has every bundled package as one that runs', () => {
  const imported = Object.entries(files)
    .filter(([path]) => !PACKAGE.test(path))
    .flatMap(([, { imports }]) => imports.map((one) => PACKAGE.exec(one)?.[1]));
  const names = new Set(imported.filter((name) => name !== undefined));
  expect([...names].filter((name) => !(name in listed))).toEqual([]);
  expect([...names]).toEqual(expect.arrayContaining(['js-yaml', 'node-fetch', 'nodemailer', 'winston']));

  const bundled = new Set(Object.keys(files).flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path) ?? []));
  for (const path of bundled) {
    const { version } = readJson(`${path}/package.json`) as { version: string };
    expect({ path, ...lock.packages[path] }).toMatchObject({ path, version });
    expect({ path, dev: lock.packages[path]?.dev }).toEqual({ path, dev: undefined });
  }
});

test('NOTICE has the licence of every package whose code is shipped (if not: npm run audit-shipped)', () => {
  expect(readFileSync(join(ROOT, 'NOTICE'), 'utf8')).toBe(notice);
  for (const name of ['winston', 'node-fetch', 'js-yaml', 'sqlite3']) expect(notice).toMatch(`\n## ${name} `);
});

/** The validator is one of CycloneDX itself; it needs packages that an older installation does not have. */
const canValidate = ['ajv-formats', 'ajv-formats-draft2019'].every((name) =>
  existsSync(join(ROOT, 'node_modules', name)),
);

(canValidate ? test : test.skip)(
  `the bill of materials is valid by CycloneDX's own schema${canValidate ? '' : ' (skipped: npm ci installs the validator)'}`,
  async () => {
    const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot6);
    expect(await validator.validate(bill)).toBeNull();
    expect(await validator.validate(bill.replace('"type": "library"', '"type": "book"'))).not.toBeNull();
    const { components } = JSON.parse(bill) as { components: { name: string; licenses: unknown[]; purl: string }[] };
    expect(components.map(({ name }) => name)).toEqual(expect.arrayContaining(['winston', 'mqtt', 'sqlite3']));
    for (const { purl } of components) expect(purl).toMatch(/^pkg:npm\/.+@\d/);
    expect(components.filter(({ licenses }) => licenses.length === 0)).toEqual([]);
  },
);

test('npm packs the bundles and what V8 compiled of them, but no source maps and no simulator', () => {
  const directory = scratchDirectory();
  cpSync(join(ROOT, 'package.json'), join(directory, 'package.json'));
  mkdirSync(join(directory, 'dist'));
  const made = [
    'health.js',
    'health.bundle.js',
    'health.bundle.js.cache',
    'health.bundle.js.map',
    'demo.js',
    'simulator.js',
  ];
  for (const name of made) writeFileSync(join(directory, 'dist', name), '');
  const printed = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: directory,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  expect(printed).toContain('"dist/health.bundle.js.cache"');
  expect(printed.match(/"dist\/[^"]*"/g)?.toSorted()).toEqual([
    '"dist/health.bundle.js"',
    '"dist/health.bundle.js.cache"',
    '"dist/health.js"',
  ]);
});
