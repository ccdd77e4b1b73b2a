/** Imports go one way: no folder of lib/ imports a folder that is later in the list below. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

const ROOT = join(__dirname, '../..');
const LIB = join(ROOT, 'lib');

/** The files that define names: every folder above may import them. */
const GROUND = [
  'clock.ts',
  'errors.ts',
  'exit-codes.ts',
  'quantities.ts',
  'reading.ts',
  'typed-command.ts',
  'witnesses.ts',
  'wording.ts',
];

/** From the bottom up, folder by folder: each may import itself and what is listed before it. */
const FLOORS: readonly (readonly string[])[] = [
  GROUND,
  ['files'],
  ['config'],
  ['logging'],
  ['reliability'],
  ['http'],
  ['check'],
  ['alert'],
  ['sources'],
  ['store'],
  ['home-alerts'],
  ['publish'],
  ['collect.ts', 'cycle-record.ts'],
  ['perf'],
  ['report'],
  ['data'],
  ['health'],
  ['simulator'],
  ['cli'],
  ['packaging'],
];

const files = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))
    .map((name) => relative(LIB, join(folder, name)));

function floorOf(file: string): number {
  return FLOORS.findIndex((rooms) => rooms.some((room) => file === room || file.startsWith(`${room}/`)));
}

/** Imports of types count, too. */
function importsOf(file: string): string[] {
  const text = readFileSync(join(LIB, file), 'utf8');
  const names = [...text.matchAll(/(?:from|import|require)\s*\(?\s*'(\.{1,2}\/[^']+)'/g)].map(
    (match) => match[1] ?? '',
  );
  return names
    .map((name) => relative(LIB, resolve(dirname(join(LIB, file)), name)))
    .filter((name) => !name.startsWith('..') && !name.endsWith('.generated') && !name.endsWith('.json'))
    .map((name) => (name.endsWith('.ts') ? name : `${name}.ts`));
}

test.each(files(LIB))('%s is in the list and imports only what is below it', (file) => {
  expect(floorOf(file)).toBeGreaterThanOrEqual(0);
  const upwards = importsOf(file).filter((name) => floorOf(name) > floorOf(file));
  expect(upwards).toEqual([]);
});

test('there is no circle between files', () => {
  const done = new Set<string>();
  /** @returns the files of the first circle that is met, in its order; empty if there is none */
  const circleFrom = (file: string, above: readonly string[]): string[] => {
    if (above.includes(file)) return [...above.slice(above.indexOf(file)), file];
    if (done.has(file)) return [];
    for (const name of importsOf(file)) {
      const circle = circleFrom(name, [...above, file]);
      if (circle.length > 0) return circle;
    }
    done.add(file);
    return [];
  };
  const all = files(LIB);
  expect(all.length).toBeGreaterThan(200);
  expect(all.flatMap((file) => circleFrom(file, []))).toEqual([]);
});

test('a source imports no other source', () => {
  const sources = files(join(LIB, 'sources')).filter((file) => file.split('/').length > 2);
  expect(sources.length).toBeGreaterThan(5);
  for (const file of sources) {
    const own = file.split('/').slice(0, 2).join('/');
    const others = importsOf(file).filter(
      (name) => name.startsWith('sources/') && name.split('/').length > 2 && !name.startsWith(`${own}/`),
    );
    expect({ file, others }).toEqual({ file, others: [] });
  }
});

test('only lib/store/driver.ts knows sqlite3, only lib/http/fetch.ts node-fetch, only lib/alert nodemailer', () => {
  const users = (name: string) =>
    files(LIB).filter((file) => new RegExp(`['"]${name}['"/]`).test(readFileSync(join(LIB, file), 'utf8')));
  expect(users('sqlite3')).toEqual(['store/driver.ts']);
  expect(users('node-fetch')).toEqual(['http/fetch.ts']);
  expect(users('nodemailer').every((file) => file.startsWith('alert/'))).toBe(true);
});

test('an exit code has its name in lib/exit-codes.ts and no other place', () => {
  const literal = /(?:exit_?code['"]?\]?\s*(?::|=|===|!==|>)\s*|process\.exit\(|partial \? )[0-5]\b/i;
  const users = files(LIB).filter((file) => literal.test(readFileSync(join(LIB, file), 'utf8')));
  expect(users.filter((file) => file !== 'exit-codes.ts')).toEqual([]);
});

test('the frame of --json is made in lib/cli/envelope.ts', () => {
  const makers = files(join(LIB, 'cli')).filter((file) => /schema_version/.test(readFileSync(join(LIB, file), 'utf8')));
  expect(makers).toEqual(['cli/envelope.ts']);
});

test('only the frame of the commands makes a redactor', () => {
  const makers = files(LIB).filter((file) => /createRedactor\(/.test(readFileSync(join(LIB, file), 'utf8')));
  expect(makers.sort()).toEqual(['cli/command.ts', 'logging/redact.ts']);
});

test('a file of bin/ only names its command; what all begin with is in one place', () => {
  for (const door of readdirSync(join(ROOT, 'bin')).filter((name) => name !== 'door.js')) {
    const text = readFileSync(join(ROOT, 'bin', door), 'utf8');
    expect(text).toBe(`#!/usr/bin/env node\n'use strict';\nrequire('./door')('${door.replace(/\.js$/, '')}');\n`);
  }
});
