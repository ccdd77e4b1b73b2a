/** The Amazon Smart Air Quality Monitor in the list of sources. What is heavy is loaded when it is used. */
import type { SourceRow } from '../source';
import { HEALTH_FILE, SESSION_FILE } from './state-files';

export const AMAZON_AQM = {
  collector: 'amazon_aqm',
  program: 'collect-aqm',
  deviceType: 'alexa_aqm',
  idPrefix: 'alexa',
  title: 'Amazon air quality monitors',
  kind: 'air quality',
  summary: 'one collection cycle of the Amazon air quality monitors',
  secret: {
    section: 'amazon',
    key: 'refresh_token',
    remedy: { say: 'Log in at Amazon, which writes it', command: 'node bin/auth-amazon.js' },
  },
  quantities: [
    ...(['temperature_celsius', 'humidity_percent', 'pm25_ugm3', 'pm10_ugm3', 'voc_index', 'co_ppm'] as const),
    'iaq_score',
  ],
  needs: [],
  flags: [],
  stateFiles: [SESSION_FILE, HEALTH_FILE],
  tellsVanished: true,
  keepsTime: true,
  raisesAlert: true,
  create: async (kit) => (await import('./create')).createAqm(kit),
  check: {
    title: 'Amazon: session, marketplace, monitors found and reachable',
    remedy: { say: 'Check the login', command: 'node bin/auth-amazon.js --check' },
    run: async (context, row) => (await import('./health')).checkAmazon(context, row),
  },
  configProblems: async (config, file) => (await import('./config-problems')).aqmConfigProblems(config, file),
} as const satisfies SourceRow;
