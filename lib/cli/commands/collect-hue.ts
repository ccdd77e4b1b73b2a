/** collect-hue: one collection cycle of the Hue Bridge. */
import type { HueConfig } from '../../config/config';
import { MonitorError } from '../../errors';
import { EXIT_CODE_HELP } from '../../exit-codes';
import { connectToBridge } from '../../sources/hue/connect';
import type { Source } from '../../sources/source';
import { createHueSource } from '../../sources/hue/source';
import type { CommandSpec } from '../arguments';
import { collectorRun, NOTHING_COLLECTED, type SourceKit } from '../collector';
import { COLLECTOR_FLAGS } from '../collector-flags';
import { main } from '../command';

const SPEC: CommandSpec = {
  name: 'collect-hue',
  summary: 'one collection cycle of the Hue Bridge',
  flags: [
    {
      name: 'endpoint',
      choices: ['sensors', 'full'],
      help: 'ask for the sensors alone, or for the full configuration',
    },
    ...COLLECTOR_FLAGS,
  ],
  examples: [
    'node bin/collect-hue.js               one cycle, as cron runs it',
    'node bin/collect-hue.js --dry-run     read and print, store nothing',
    'node bin/collect-hue.js --json        the readings as one JSON object',
  ],
  exitCodes: EXIT_CODE_HELP,
};

void main(
  SPEC,
  collectorRun({
    program: 'collect-hue',
    collector: 'hue',
    configSection: 'hue',
    secretSection: 'hue',
    createSource,
  }),
  { emptyAnswer: NOTHING_COLLECTED },
);

function createSource(kit: SourceKit): Source {
  const hue = kit.config.hue as HueConfig;
  const key = kit.secrets.hue?.username;
  if (key === undefined) return { read: () => Promise.reject(notPaired()) };
  const connection = connectToBridge({
    config: { ...kit.config, hue },
    key,
    http: kit.http,
    traffic: kit.traffic,
    logger: kit.logger,
    redact: kit.redactor,
    signal: kit.end.reading.signal,
    remember: !kit.dryRun,
  });
  return createHueSource({
    endpoint: (kit.arguments.values['endpoint'] as HueConfig['endpoint'] | undefined) ?? hue.endpoint,
    rules: {
      locations: hue.locations,
      temperatureMin: kit.config.validation.temperature_min,
      temperatureMax: kit.config.validation.temperature_max,
    },
    ...connection,
    lastDevicesSeen: kit.lastDevicesSeen,
    retrier: kit.retrier,
    logger: kit.logger,
    traffic: kit.traffic,
  });
}

function notPaired(): MonitorError {
  return new MonitorError('the secrets have no key for the Hue Bridge: it is not paired yet', {
    type: 'login_needed',
    permanent: true,
    remediation: 'Run "node bin/auth-hue.js" and press the link button of the bridge.',
  });
}
