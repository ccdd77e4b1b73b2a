/**
 * `npm run switched-off`: switches off one mechanism after the other, in a copy, and runs the proofs that guard it; each
 * must turn red, and be green while nothing is switched off. Option: `--only WORDS`. Exit 1 where a proof sees nothing.
 */
import { parseArgs } from 'node:util';
import { endProgress, showProgress } from './show';
import { copyProject } from './switched-off/bench';
import { MECHANISMS } from './switched-off/mechanisms';

const { values } = parseArgs({ options: { only: { type: 'string', default: '' } } });

async function main(): Promise<void> {
  const chosen = MECHANISMS.filter(({ name }) => name.includes(values.only));
  const copy = copyProject();
  let blind = 0;
  const tell = (line: string) => {
    endProgress();
    console.log(line);
  };
  try {
    showProgress(0, 'nothing is switched off');
    const proofs = chosen.flatMap((mechanism) => mechanism.proofs);
    const verdicts = await copy.run(proofs);
    const unsound = proofs.filter((_, index) => verdicts[index] !== 'green');
    for (const [file, title] of unsound) tell(`not green while nothing is switched off: ${file}: ${title}`);
    blind += unsound.length;
    tell('| switched off | turns red |\n| --- | --- |');
    for (const [index, mechanism] of chosen.entries()) {
      showProgress(index / chosen.length, mechanism.name);
      const switchOn = copy.switchOff(mechanism);
      const seen = await copy.run(mechanism.proofs);
      switchOn();
      const cells = mechanism.proofs.map(([file, title], nth) => {
        const verdict = seen[nth] === 'red' ? '' : ` (${seen[nth] ?? ''}!)`;
        return `${file}: ${title}${verdict}`;
      });
      blind += seen.filter((verdict) => verdict !== 'red').length;
      tell(`| ${mechanism.name} | ${cells.join('; ')} |`);
    }
  } finally {
    copy.remove();
  }
  console.log(blind === 0 ? '\nEvery proof sees it.' : `\n${blind} proofs do not see it.`);
  process.exitCode = blind === 0 ? 0 : 1;
}

main().catch((thrown: unknown) => {
  console.error(thrown);
  process.exitCode = 1;
});
