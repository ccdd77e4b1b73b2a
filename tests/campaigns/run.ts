/**
 * `npm run campaign` prints the list, `npm run campaign NAME -- OPTIONS` runs one campaign; with the option `--write` its
 * output is also written to docs/campaigns/NAME.md. Exit 1 if a requirement is not met.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, release, type } from 'node:os';
import { join } from 'node:path';
import { format } from 'prettier';
import { CAMPAIGNS, type Campaign } from './list';
import { paragraphs } from './show';

const ROOT = join(__dirname, '..', '..');

function printList(): void {
  for (const { name, proves, takes, shortForm, options } of CAMPAIGNS) {
    console.log(`${name}\n  ${proves}\n  takes ${takes}; in npm test: ${shortForm}`);
    if (options !== '') console.log(`  options: ${options}`);
  }
  console.log('\nnpm run campaign NAME -- OPTIONS; --write writes the results to docs/campaigns/NAME.md');
}

async function write({ name, proves }: Campaign, words: readonly string[], startedAt: Date): Promise<void> {
  const minutes = Math.max(1, Math.round((Date.now() - startedAt.getTime()) / 60_000));
  const machine = `Node.js ${process.version}, ${type()} ${release()}, ${cpus().length} cores, load ${loadavg()[0]?.toFixed(1)}`;
  const user = process.getuid?.() === 0 ? 'as root' : 'as an ordinary user';
  const text = [
    `# ${name}`,
    `What it proves: ${proves}. Written by \`npm run campaign ${[name, '--', ...words].join(' ')}\`.`,
    `${startedAt.toISOString().slice(0, 10)}, ${user}, ${machine}: ${minutes} min.`,
    paragraphs(),
  ].join('\n\n');
  const folder = join(ROOT, 'docs', 'campaigns');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name}.md`), await format(text, { parser: 'markdown', printWidth: 120 }));
}

async function main([, , name, ...words]: string[]): Promise<void> {
  if (name === undefined) {
    printList();
    return;
  }
  const campaign = CAMPAIGNS.find((one) => one.name === name);
  if (campaign === undefined) {
    console.error(`No campaign is called ${name}; npm run campaign lists them.`);
    process.exitCode = 2;
    return;
  }
  if (campaign.builds) {
    const { status } = spawnSync('npm', ['run', '--silent', 'build'], { cwd: ROOT, stdio: 'inherit' });
    if (status !== 0) throw new Error('the build failed');
  }
  const startedAt = new Date();
  const { campaign: run } = await campaign.load();
  await run(words.filter((word) => word !== '--write'));
  if (words.includes('--write')) await write(campaign, words, startedAt);
}

main(process.argv).catch((thrown: unknown) => {
  console.error(thrown);
  process.exitCode = 1;
});
