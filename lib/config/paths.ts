/** How paths inside config.yaml are meant. */
import { basename, dirname, resolve, sep } from 'node:path';

/** Where relative paths of a configuration file begin: the parent of its folder `config`, else its folder. */
export function baseDirectoryOf(file: string): string {
  const folder = dirname(file);
  return basename(folder) === 'config' ? dirname(folder) : folder;
}

/** Whether a path leads through a folder that npm deletes and refills at will. */
export function isInsideNodeModules(path: string): boolean {
  return resolve(path).split(sep).includes('node_modules');
}

/** @returns what is wrong with a folder to write into, or null */
export function pathFault(baseDirectory: string, path: string): string | null {
  if (/^~(\/|$)/.test(path))
    return 'begins with ~, which only a shell understands, expected a path from / or from the base directory';
  const resolved = resolve(baseDirectory, path);
  if (!isInsideNodeModules(resolved)) return null;
  return `is ${resolved}, which the next npm install deletes, expected a folder outside node_modules`;
}
