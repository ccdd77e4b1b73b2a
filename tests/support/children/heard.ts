/** Says on standard output whether somebody can receive what it prints on standard error. Arguments: `mail` (there is a mail program), `gone` (its reader will go). */
import { isHeard } from '../../../lib/cli/heard';

function answer(): void {
  process.stderr.write('something went wrong\n');
  // A reader that has to go may not have gone yet.
  if (process.argv.includes('gone') && !process.stderr.errored) setImmediate(answer);
  else console.log(isHeard({ hasMailProgram: () => process.argv.includes('mail') }));
}

process.stderr.on('error', () => undefined);
answer();
