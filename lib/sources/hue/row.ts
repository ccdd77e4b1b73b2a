/** The Philips Hue Bridge in the list of sources. What is heavy is loaded when it is used. */
import type { SourceRow } from '../source';
import { BRIDGE_FILE, CERTIFICATE_FILE } from './state-files';

export const HUE = {
  collector: 'hue',
  program: 'collect-hue',
  deviceType: 'hue_sensor',
  idPrefix: 'hue',
  title: 'Hue Bridge',
  kind: 'Hue',
  summary: 'one collection cycle of the Hue Bridge',
  secret: {
    section: 'hue',
    key: 'username',
    remedy: { say: 'Pair with the bridge, which writes it', command: 'node bin/auth-hue.js' },
  },
  quantities: ['temperature_celsius', 'humidity_percent', 'light_lux', 'battery_percent'],
  needs: ['temperature_celsius'],
  flags: [
    {
      name: 'endpoint',
      choices: ['sensors', 'full'],
      help: 'ask for the sensors alone, or for the full configuration',
    },
  ],
  stateFiles: [BRIDGE_FILE, CERTIFICATE_FILE],
  raisesAlert: false,
  create: async (kit) => (await import('./create')).createHue(kit),
  check: {
    title: 'Hue Bridge: answers, is the right one, accepts the key, has sensors',
    remedy: {
      say: 'Check that the bridge is switched on; if its address has changed, find it again',
      command: 'node bin/auth-hue.js',
    },
    run: async (context, row) => (await import('./health')).checkHue(context, row),
  },
  configProblems: async (config, file) => (await import('./config-problems')).hueConfigProblems(config, file),
} as const satisfies SourceRow;
