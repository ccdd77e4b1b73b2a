/** An installation with some history, whose reports are made by the real command. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Cycle } from '../../lib/store/store';
import { configIn, store } from './report-home';
import { runCommand, type RunOptions } from './run-command';
import { scratchDirectory } from './scratch';

export async function installation(cycles: readonly Cycle[] = [], config = 'hue: {bridge_url: "http://127.0.0.1"}\n') {
  const directory = scratchDirectory();
  mkdirSync(join(directory, 'config'));
  const file = join(directory, 'config', 'config.yaml');
  writeFileSync(file, config);
  if (cycles.length > 0) await store(configIn(directory), cycles);
  const data = join(directory, 'data');
  const report = (args: readonly string[], options: RunOptions = {}) =>
    runCommand('report', { args: [...args, '--config', file], ...options });
  return { directory, file, data, report };
}
