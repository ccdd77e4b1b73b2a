/**
 * `npm run package-proof`: what `npm pack` makes is installed globally, in an empty place, and collects from the
 * simulated bridge there. Takes minutes where SQLite's driver has to be compiled, so it is no test.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { execFile } from 'node:child_process';
import { startHueBridge } from '../../lib/simulator/hue-bridge';
import { writeScratchInstallation } from '../../lib/simulator/scratch-installation';

const project = join(__dirname, '../..');
const scratch = mkdtempSync(join(tmpdir(), 'package-proof-'));

function npm(...args: string[]): void {
  const { status } = spawnSync('npm', args, { cwd: project, stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) throw new Error(`npm ${args.join(' ')} ended with ${String(status)}`);
}

async function prove(): Promise<void> {
  npm('pack', '--pack-destination', scratch);
  const tarball = readdirSync(scratch).find((name) => name.endsWith('.tgz')) ?? '';
  npm('install', '--global', '--prefix', join(scratch, 'global'), join(scratch, tarball));
  const bridge = await startHueBridge();
  try {
    const { flags } = writeScratchInstallation(join(scratch, 'home'), { bridge });
    const empty = mkdtempSync(join(scratch, 'empty-'));
    const run = async (command: string, ...args: string[]) => {
      const program = join(scratch, 'global', 'bin', command);
      const { stdout } = await promisify(execFile)(program, [...args, ...flags], { cwd: empty });
      console.log(`${command} ${args.join(' ')}\n${stdout}`);
      return stdout;
    };
    await run('htm-collect-hue', '--verbose');
    const table = await run('htm-report');
    await run('htm-health', 'config', 'secrets', 'database', 'hue');
    if (!table.includes('Temperature') || readdirSync(empty).length > 0)
      throw new Error('the report is not as it should be');
  } finally {
    await bridge.close();
  }
}

prove()
  .catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  })
  .finally(() => rmSync(scratch, { recursive: true, force: true }));
