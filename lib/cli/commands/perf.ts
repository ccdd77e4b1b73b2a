/** perf: what the sensors-only endpoint of the bridge saves, measured with whole cycles that store nothing. */
import { join, resolve } from 'node:path';
import type { Config, HueConfig } from '../../config/config';
import { findFiles, installationDirectory } from '../../config/find';
import { loadConfig } from '../../config/load';
import { MonitorError } from '../../errors';
import { EXIT } from '../../exit-codes';
import { readOnlyState } from '../../files/state-folder';
import { createHttp } from '../../http/fetch';
import { silentLogger } from '../../logging/logger';
import type { Redact } from '../../logging/redact';
import { refuseUnmounted } from '../../store/data-directory';
import { baselineFile, readBaseline, readBaselineOf, writeBaseline, type Bridge } from '../../perf/baseline-file';
import { compare } from '../../perf/comparison';
import { renderBaseline, renderComparison, verdict } from '../../perf/render';
import { measureInTurn } from '../../perf/run-cycle';
import { bridgesOf } from '../../sources/hue/bridges';
import { connectToBridge } from '../../sources/hue/connect';
import { COMMON_FLAGS, usage, type CommandSpec } from '../arguments';
import { main, type Invocation } from '../command';
import { envelope } from '../envelope';
import { signOfLife } from '../sign-of-life';
import { interruption } from '../interruption';

const SPEC: CommandSpec = {
  name: 'perf',
  summary: 'what the sensors-only endpoint of the Hue Bridge saves',
  positionals: 'baseline | compare',
  flags: [
    { name: 'cycles', value: 'N', help: 'how many cycles of each endpoint (1 to 1000; default: 10)' },
    { name: 'against', value: 'FILE', help: 'compare: this baseline instead of the one in the data directory' },
    ...COMMON_FLAGS,
  ],
  notes: [
    'baseline: measures cycles with the full configuration and keeps the result in the data directory.',
    'compare: measures both endpoints alternately (A B A B). The payload must be at least 50 % smaller and the cycle at least 30 %',
    'faster, than the full configuration and than the baseline of this bridge, if there is one. A cycle is a run of collect-hue --dry-run: nothing is stored.',
  ],
  examples: [
    'node bin/perf.js baseline             before anything is changed',
    'node bin/perf.js compare --cycles 20  how much is saved here',
    'node bin/perf.js compare --json       for a dashboard',
  ],
  exitCodes: [
    [EXIT.done, 'done; compare: both criteria are met'],
    [EXIT.failed, 'failed, or a criterion is not met (the output says which and why)'],
    [EXIT.usage, 'usage or configuration error: nothing was attempted'],
    [EXIT.loginNeeded, 'login needed: key absent or refused'],
  ],
};

void main(SPEC, run);

async function run(invocation: Invocation): Promise<number> {
  const { terminal } = invocation;
  const { switches, values, positionals } = invocation.arguments;
  const [word, ...further] = positionals;
  if (word !== 'baseline' && word !== 'compare') throw usage(SPEC, 'say what to do: baseline or compare');
  if (further[0] !== undefined) throw usage(SPEC, `unexpected argument ${JSON.stringify(further[0])}`);
  if (values['against'] !== undefined && word !== 'compare') throw usage(SPEC, '--against belongs to compare');
  const cycles = cyclesOf(values['cycles']);
  const files = findFiles(values, { environment: terminal.environment });
  const config = loadConfig(files.config);
  const { hue, storage } = config;
  if (!hue?.enabled) throw notEnabled(files.config);

  const signal = interruption();
  const life = signOfLife(terminal, { switches, step: 'asking the bridge what it is' });
  const bridge = await identify(config, hue, signal, invocation.redactor).finally(() => life.end());
  const json = switches.has('json');
  const quiet = switches.has('quiet');
  const showsProgress = terminal.isTerminal && !json && !quiet;
  const options = {
    program: join(installationDirectory(), 'bin', 'collect-hue.js'),
    flags: ['--config', files.config, '--secrets', files.secrets],
    signal,
    onCycle: (done: number, all: number) => {
      if (showsProgress) terminal.out(bar(done, all));
      if (switches.has('verbose')) terminal.err(`cycle ${done + 1} of ${all}\n`);
    },
  };
  if (word === 'baseline') {
    const { full } = await measureInTurn(['full'], cycles, options);
    if (showsProgress) terminal.out(NO_BAR);
    const baseline = { measured_at: new Date(performance.timeOrigin).toISOString(), bridge, full };
    const file = baselineFile(storage.data_directory);
    refuseUnmounted(storage);
    writeBaseline(storage.data_directory, baseline);
    if (json) terminal.out(envelope(SPEC.name, { file, baseline }));
    else if (!quiet) terminal.out(renderBaseline(baseline, file));
    return EXIT.done;
  }
  const against = values['against'];
  const saved =
    against === undefined
      ? readBaseline(baselineFile(storage.data_directory))
      : readBaselineOf(bridge, resolve(against));
  const measured = await measureInTurn(['full', 'sensors'], cycles, options);
  if (showsProgress) terminal.out(NO_BAR);
  const captured = saved?.bridge.id === bridge.id ? saved.full : null;
  const comparison = {
    bridge,
    ...measured,
    criteria: compare(measured.full, measured.sensors, captured),
    baseline: saved,
  };
  const unmet = comparison.criteria.filter(({ met }) => !met);
  const exitCode = unmet.length === 0 ? EXIT.done : EXIT.failed;
  if (json) terminal.out(envelope(SPEC.name, comparison, { exit_code: exitCode }));
  else if (!quiet) terminal.out(renderComparison(comparison));
  else for (const criterion of unmet) terminal.err(`perf: ${verdict(criterion)}\n`);
  return exitCode;
}

function cyclesOf(typed = '10'): number {
  const cycles = Number(typed);
  if (/^\d{1,4}$/.test(typed) && cycles >= 1 && cycles <= 1000) return cycles;
  throw usage(SPEC, `--cycles is ${JSON.stringify(typed)}; it can be a whole number from 1 to 1000`);
}

/** Asks the bridge what it is; the key is not needed. */
async function identify(config: Config, hue: HueConfig, signal: AbortSignal, redact: Redact): Promise<Bridge> {
  const asked = bridgesOf(hue).map((bridge) => {
    const { client, locator } = connectToBridge({
      config: { ...config, hue: bridge },
      key: '',
      http: createHttp(),
      logger: silentLogger,
      redact,
      signal,
      state: readOnlyState(config.storage.data_directory),
    });
    return locator.atBridge((address) => client.publicConfig(address));
  });
  const found = await Promise.all(asked); // several bridges are measured together
  const models = found.flatMap(({ modelId }) => modelId ?? []);
  return { id: found.map(({ bridgeId }) => bridgeId).join('+'), model: models.length === 0 ? null : models.join('+') };
}

function notEnabled(file: string): MonitorError {
  return new MonitorError(`hue is not enabled in ${file}: there is nothing to measure`, {
    type: 'configuration',
    permanent: true,
    remediation: { say: 'Pair with the bridge', command: 'node bin/auth-hue.js' },
  });
}

const NO_BAR = '\r\u001b[K';

/** `[########------------] 8 of 20 cycles` */
function bar(done: number, all: number): string {
  const filled = Math.round((20 * done) / all);
  return `\r[${'#'.repeat(filled)}${'-'.repeat(20 - filled)}] ${done} of ${all} cycles`;
}
