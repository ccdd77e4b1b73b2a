/** A monitor that answers JSON over HTTP in this network, as an AirGradient does: an example that shows how much work a new source is. */
import type { SourceRow } from '../source';

export const TOY = {
  collector: 'toy',
  program: 'collect-toy',
  deviceType: 'toy_monitor',
  idPrefix: 'toy',
  title: 'Toy monitor',
  kind: 'toy',
  summary: 'one collection cycle of the toy monitor',
  secret: null,
  quantities: ['temperature_celsius', 'humidity_percent', 'co2_ppm'],
  needs: [],
  flags: [],
  stateFiles: [],
  raisesAlert: false,
  create: async (kit) => (await import('./create')).createToy(kit),
  check: {
    title: 'Toy monitor: answers',
    remedy: { say: 'See whether the toy monitor has power, then', command: 'node bin/health.js toy' },
    run: async (context, row) => (await import('./health')).checkToy(context, row),
  },
} as const satisfies SourceRow;
