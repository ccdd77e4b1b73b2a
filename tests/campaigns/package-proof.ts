/** What `npm pack` makes is installed globally, in an empty directory, and collects from the simulated bridge there. */
import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startHueBridge } from '../../lib/simulator/hue-bridge';
import { writeScratchInstallation } from '../../lib/simulator/scratch-installation';
import { tell } from './show';

const project = join(__dirname, '../..');

function npm(...args: string[]): void {
  const { status } = spawnSync('npm', args, { cwd: project, stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) throw new Error(`npm ${args.join(' ')} ended with ${String(status)}`);
}

export async function campaign(): Promise<void> {
  const scratch = mkdtempSync(join(tmpdir(), 'package-proof-'));
  try {
    await prove(scratch);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function prove(scratch: string): Promise<void> {
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
      tell(`${command} ${args.join(' ')}\n\n\`\`\`\n${stdout}\n\`\`\``);
      return stdout;
    };
    await run('htm-collect-hue', '--verbose');
    const table = await run('htm-report');
    await run('htm-health', 'config', 'secrets', 'database', 'hue');
    if (!table.includes('Temperature') || readdirSync(empty).length > 0)
      throw new Error('the report is not as expected');
  } finally {
    await bridge.close();
  }
}
