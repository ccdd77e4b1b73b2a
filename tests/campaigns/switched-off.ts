/**
 * Switches off each mechanism in turn, in a copy, and runs the tests that prove it: each must fail, and must pass while
 * nothing is switched off. First it checks that the code of each mechanism exists: if some is gone, nothing runs.
 */
import { parseArgs } from 'node:util';
import { showProgress, tell, tellTable } from './show';
import { copyProject, findGone } from './switched-off/bench';
import { MECHANISMS } from './switched-off/mechanisms';

export async function campaign(args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options: { only: { type: 'string', multiple: true, default: [''] } } });
  const chosen = MECHANISMS.filter(({ name }) => values.only.some((words) => name.includes(words)));
  const gone = chosen.flatMap(findGone);
  if (gone.length > 0) throw new Error(`what is to be switched off is gone:\n${gone.join('\n')}`);
  const copy = copyProject();
  const rows: { 'switched off': string; 'turns red': string }[] = [];
  const fail = (line: string) => {
    process.exitCode = 1;
    tell(line);
  };
  try {
    showProgress(0, 'nothing is switched off');
    const proofs = chosen.flatMap((mechanism) => mechanism.proofs);
    for (const [index, verdict] of (await copy.run(proofs)).entries()) {
      if (verdict !== 'green')
        fail(`not green while nothing is switched off: ${proofs[index]?.join(': ')} (${verdict})`);
    }
    for (const [index, mechanism] of chosen.entries()) {
      showProgress(index / chosen.length, mechanism.name);
      const switchOn = copy.switchOff(mechanism);
      const seen = await copy.run(mechanism.proofs);
      switchOn();
      for (const [nth, [file, title]] of mechanism.proofs.entries()) {
        const verdict = seen[nth] ?? 'did not run';
        if (verdict !== 'red') fail(`${mechanism.name} is switched off, and ${file}: ${title} is ${verdict}`);
        rows.push({ 'switched off': nth === 0 ? mechanism.name : '', 'turns red': `\`${file}\`: ${title}` });
      }
    }
  } finally {
    copy.remove();
  }
  tellTable('Each mechanism, and the tests that fail without it', rows);
}
