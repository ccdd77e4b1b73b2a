/**
 * Which code of others is in what we ship, read from esbuild's own account of each bundle; and what npm installs beside
 * the bundles.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWithStart } from './bundle.mjs';

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const PACKAGE = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/;

/** Loaded by the bundles as it was installed, not a part of them. */
const LOADED = ['node_modules/sqlite3', 'node_modules/mqtt'];
/** The script of the page is a text in the bundle: this package was bundled into it before. */
const PAGE = 'lib/report/page/page-script.generated.js';
const IN_PAGE = 'node_modules/uplot/package.json';

/**
 * @typedef {{ folder: string, name: string, version: string, license: string, manifest: object }} Shipped
 * @param {Iterable<string>} paths of files, relative to the project
 * @returns {Shipped[]} the packages that they belong to, by name
 */
export function packagesOf(paths) {
  const folders = new Set([...paths].flatMap((path) => PACKAGE.exec(path)?.[0] ?? []));
  return [...folders]
    .map((folder) => {
      const manifest = JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8'));
      const { name, version, license = 'unknown' } = manifest;
      return { folder, name, version, license, manifest };
    })
    .sort((one, other) => (`${one.name}@${one.version}` < `${other.name}@${other.version}` ? -1 : 1));
}

/** @returns {Shipped[]} what is loaded from beside the bundles, if it is installed */
function packagesLoaded() {
  const there = LOADED.filter((folder) => existsSync(join(ROOT, folder)));
  return packagesOf(there.map((folder) => `${folder}/package.json`));
}

/** @returns {Shipped[]} what npm installs with the product and is in no bundle */
export function packagesBeside(bundles) {
  const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'));
  const inside = new Set(Object.values(bundles).flatMap((all) => all.map(({ folder }) => folder)));
  const folders = Object.keys(packages).filter((folder) => folder !== '' && packages[folder].dev !== true);
  const beside = folders.filter((folder) => !inside.has(folder) && existsSync(join(ROOT, folder)));
  return packagesOf(beside.map((folder) => `${folder}/package.json`));
}

/** @returns {Promise<Record<string, Shipped[]>>} bundle → what is in it; nothing is written */
export async function shippedPackages() {
  const commands = join(ROOT, 'lib', 'cli', 'commands');
  const files = readdirSync(commands).map((name) => join(commands, name));
  const options = { metafile: true, write: false, absWorkingDir: ROOT };
  const { metafile } = await bundleWithStart(files, join(ROOT, 'dist'), options, false);
  return packagesInBundles(metafile);
}

/** @param {{ outputs: Record<string, { inputs: Record<string, { bytesInOutput: number }> }> }} metafile of esbuild */
export function packagesInBundles({ outputs }) {
  const bundles = Object.entries(outputs).filter(([path]) => path.endsWith('.js'));
  return Object.fromEntries(
    bundles.map(([path, { inputs }]) => {
      const used = Object.entries(inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0);
      const paths = used.flatMap(([input]) => (input.endsWith(PAGE) ? [input, IN_PAGE] : [input]));
      return [basename(path), packagesOf(paths)];
    }),
  );
}

/** Each package once, by folder: what is in the bundles, and what they load. */
export function allOf(bundles) {
  return new Map([...Object.values(bundles).flat(), ...packagesLoaded()].map((each) => [each.folder, each]));
}

/** The text of NOTICE: every package with its licence, by name. */
export function noticeOf(packages) {
  const sorted = [...packages].sort((one, other) => (one.folder < other.folder ? -1 : 1));
  const parts = sorted.map(({ folder, name, version, license }) =>
    [`## ${name} ${version} (${license})`, '', licenceTextOf(folder) ?? `Licence: ${license}`, ''].join('\n'),
  );
  return [
    'home-temperature-monitor contains code of these packages. Its own licence is in LICENSE.',
    'This file is made by: npm run audit-shipped',
    '',
    ...parts,
  ].join('\n');
}

function licenceTextOf(folder) {
  const name = readdirSync(join(ROOT, folder)).find((each) => /^(licen[cs]e|copying)(\.(md|txt))?$/i.test(each));
  if (name === undefined) return null;
  return readFileSync(join(ROOT, folder, name), 'utf8')
    .replace(/\r\n?/g, '\n')
    .trim();
}
