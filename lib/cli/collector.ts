/** A collector: the same command for every source, made from the source's row. */
import { collect } from '../collect';
import { EXIT, EXIT_CODE_HELP } from '../exit-codes';
import type { ListedSource } from '../sources/all';
import { sectionOf } from '../sources/source';
import { afterCycle, startHeartbeatOf } from './after-cycle';
import { COMMON_FLAGS, type CommandSpec } from './arguments';
import type { Invocation, main } from './command';
import { contextOf, kitOf, prepare } from './cycle';
import { envelope } from './envelope';
import { NOTHING_COLLECTED, reportCycle, reportNotBegun } from './report-cycle';

/** What `main` runs for a row of the table in lib/sources/all.ts. */
export function collector(row: ListedSource): Parameters<typeof main> {
  // The driver is not checked before: the cycle's lock is taken first, and it loads while the request is under way.
  const options = { emptyAnswer: NOTHING_COLLECTED, checksDriver: true };
  return [specOf(row), (invocation) => run(row, invocation), options];
}

function specOf({ program, summary, flags }: ListedSource): CommandSpec {
  const command = `node bin/${program}.js`;
  const example = (typed: string, meaning: string) => `${`${command}${typed}`.padEnd(command.length + 15)}${meaning}`;
  return {
    name: program,
    summary,
    flags: [
      ...flags,
      { name: 'dry-run', help: 'read and print, store nothing' },
      { name: 'quiet-repeats', help: 'for crontabs: print the same failure at most once in 24 hours, and its end' },
      ...COMMON_FLAGS,
    ],
    examples: [
      example('', 'one cycle, as cron runs it'),
      example(' --dry-run', 'read and print, store nothing'),
      example(' --json', 'the readings as one JSON object'),
    ],
    exitCodes: EXIT_CODE_HELP,
  };
}

/** One run: from reading the configuration to the exit code. */
async function run(row: ListedSource, { arguments: typed, terminal, redactor }: Invocation): Promise<number> {
  const cycle = await prepare(row, typed, terminal, redactor);
  const { config, files, logger } = cycle;
  if (sectionOf(config, row)?.enabled !== true) {
    const message = `${row.collector} is not enabled in ${files.config}: nothing to collect`;
    logger.info('source_disabled', message);
    if (typed.switches.has('json')) terminal.out(envelope(row.program, NOTHING_COLLECTED));
    else if (terminal.isTerminal && !typed.switches.has('quiet')) terminal.out(`${message}\n`);
    return EXIT.done;
  }
  try {
    const kit = kitOf(cycle);
    // A cycle whose source cannot be made has not begun.
    const source = await row.create(kit);
    const heartbeat = await startHeartbeatOf(cycle, kit);
    const result = await collect(contextOf(cycle, kit, source));
    reportCycle(cycle, result);
    await afterCycle(cycle, { kit, source, result, heartbeat });
    return result.record.exit_code;
  } catch (thrown) {
    return reportNotBegun(cycle, thrown);
  } finally {
    cycle.life.end();
  }
}
