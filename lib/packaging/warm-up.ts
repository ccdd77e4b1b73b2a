/**
 * Runs the commands that cron runs, on simulated devices: once to make their database and their login, and once as in
 * every later cycle, to save what V8 compiles for that. The build starts it, as a bundle in dist/.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EXIT } from '../exit-codes';
import { startAqmCloud } from '../simulator/aqm-cloud';
import { startHueBridge } from '../simulator/hue-bridge';
import { writeScratchInstallation } from '../simulator/scratch-installation';

const [, , recorder = '', ...commands] = process.argv;
const scratch = mkdtempSync(join(tmpdir(), 'home-temperature-monitor-build-'));

async function warmUp(): Promise<void> {
  const [bridge, cloud] = await Promise.all([startHueBridge({ protocols: ['https'] }), startAqmCloud()]);
  try {
    const { flags } = writeScratchInstallation(scratch, { bridge, cloud });
    for (const command of commands) {
      const words = [join(__dirname, `${command}.js`), ...flags];
      await run(words);
      await run(['--require', recorder, ...words]);
    }
  } finally {
    await Promise.all([bridge.close(), cloud.close()]);
  }
}

function run(words: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, words, { stdio: ['ignore', 'ignore', 'inherit'] });
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`${words.join(' ')} ended with exit code ${code ?? 'none (killed)'}`));
    });
  });
}

warmUp()
  .catch((thrown: unknown) => {
    console.error(thrown instanceof Error ? thrown.message : thrown);
    process.exitCode = EXIT.failed;
  })
  .finally(() => rmSync(scratch, { recursive: true, force: true }));
