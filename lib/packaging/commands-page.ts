/** docs/commands.md: what each command prints with --help; a test compares the page with it. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { installationDirectory } from '../config/find';

const INTRODUCTION = `<!-- Made from --help of each command by "npm run manual": change lib/cli/commands/, not this page. -->

# Commands

Each command runs once and exits, and works from any working directory. Installed by \`npm install -g\`, they are called
\`htm-collect-hue\`, \`htm-report\` and so on. The exit codes mean the same for all commands except health.
`;

/** Needs dist/: it runs the commands. */
export function commandsPage(): string {
  const root = installationDirectory();
  const commands = readdirSync(join(root, 'bin')).filter((name) => existsSync(join(root, 'dist', name)));
  const sections = commands.sort().map((name) => {
    const { stdout, status } = spawnSync(process.execPath, [join(root, 'bin', name), '--help'], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`bin/${name} --help ended with ${String(status)}`);
    return `## ${name.replace(/\.js$/, '')}\n\n\`\`\`\n${stdout.trim()}\n\`\`\`\n`;
  });
  return [INTRODUCTION, ...sections].join('\n');
}
