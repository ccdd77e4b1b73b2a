/** health: checks everything, says what is wrong and how to fix it. */
import type { Check, Installation } from '../../check/check';
import { nearest } from '../../config/nearest';
import { allSecretValues } from '../../config/secrets';
import { HEALTH_EXIT } from '../../exit-codes';
import { CHECKS } from '../../health/checks';
import { readInstallation } from '../../health/installation';
import { renderAnnotations, renderJson, renderLine, renderList, renderText } from '../../health/render';
import { CHECK_DEADLINE_MS, runChecks, type HealthReport } from '../../health/runner';
import { Answer } from '../answer';
import { COMMON_FLAGS, usage, type Arguments, type CommandSpec } from '../arguments';
import { main, type Run, type Terminal } from '../command';
import { signOfLife } from '../sign-of-life';

const SPEC: CommandSpec = {
  name: 'health',
  summary: 'check everything, say what is wrong and how to fix it',
  positionals: 'NAME…',
  flags: [
    { name: 'list', help: 'the names of all checks' },
    { name: 'offline', help: 'skip everything that needs the network' },
    {
      name: 'fresh',
      help: 'ask Amazon even if it was asked in the last five minutes, check the whole database again',
    },
    { name: 'test-alert', help: 'send a test message by every configured way instead: e-mail, webhook, command' },
    { name: 'line', help: 'one line with performance data, for Nagios and similar monitors' },
    ...COMMON_FLAGS,
  ],
  examples: [
    'node bin/health.js                    all checks',
    'node bin/health.js hue database       these two',
    'node bin/health.js --offline          before the machine has a network',
    'node bin/health.js --test-alert       whether messages arrive',
    'node bin/health.js --quiet            for cron: prints only problems',
  ],
  exitCodes: [
    [HEALTH_EXIT.healthy, 'healthy: all checks pass (warnings allowed)'],
    [HEALTH_EXIT.degraded, 'degraded: some checks fail'],
    [HEALTH_EXIT.critical, 'critical: nothing can be collected or stored, or health itself broke; usage errors too'],
  ],
};

const run: Run = async ({ arguments: given, terminal, redactor }) => {
  const { switches, values } = given;
  if (switches.has('list')) {
    terminal.out(renderList());
    return HEALTH_EXIT.healthy;
  }
  const named = wanted(given);
  const installation = await readInstallation(values, terminal.environment);
  const checks = switches.has('test-alert') ? await testOfAlert(installation) : named;
  for (const value of allSecretValues(installation.secrets?.secrets ?? {})) redactor.add(value);
  const waiting = new Set(checks.map(({ name }) => name));
  const step = () => `waiting for ${[...waiting].join(', ')}, each for at most ${CHECK_DEADLINE_MS / 1000} s`;
  const life = signOfLife(terminal, { switches, step: step() });
  const report = await runChecks(checks, {
    installation,
    onEnd: (name) => {
      waiting.delete(name);
      life.step(step());
    },
    offline: switches.has('offline'),
    fresh: switches.has('fresh'),
    redactor,
  });
  life.end();
  terminal.out(rendered(report, given, terminal));
  return report.exit_code;
};

function wanted({ positionals, switches }: Arguments): readonly Check[] {
  if (switches.has('test-alert') && positionals.length > 0)
    throw usage(SPEC, `--test-alert runs no checks: leave out ${positionals.join(' ')}`);
  const names = CHECKS.map(({ name }): string => name);
  for (const name of positionals) {
    if (names.includes(name)) continue;
    const near = nearest(name, names);
    const hint = near === undefined ? `; there are ${names.join(', ')}` : ` (did you mean ${near}?)`;
    throw usage(SPEC, `unknown check ${JSON.stringify(name)}${hint}`);
  }
  return positionals.length === 0 ? CHECKS : CHECKS.filter(({ name }) => positionals.includes(name));
}

/** Without a valid configuration nobody knows the ways: the check `config` says what is wrong with it. */
async function testOfAlert({ config }: Installation): Promise<readonly Check[]> {
  const { TEST_ALERT } = await import('../../health/test-alert');
  return [...CHECKS.filter(({ name }) => name === 'config' && config === null), TEST_ALERT];
}

function rendered(
  report: HealthReport,
  { switches }: Arguments,
  { isTerminal, environment }: Terminal,
): string | Answer {
  if (switches.has('json')) return new Answer(renderJson(report));
  if (switches.has('line')) return renderLine(report);
  const text = renderText(report, {
    isTerminal,
    ...(isTerminal && process.stdout.columns > 0 && { width: process.stdout.columns }),
    colour: isTerminal && (environment['NO_COLOR'] ?? '') === '',
    quiet: switches.has('quiet'),
    verbose: switches.has('verbose'),
  });
  return environment['GITHUB_ACTIONS'] === 'true' ? text + renderAnnotations(report) : text;
}

void main(SPEC, run, {
  exitCodeOf: () => HEALTH_EXIT.critical,
  checksDriver: true, // a row of its table
  emptyAnswer: { status: 'critical', checks: [] },
});
