import { startHueBridge } from '../../lib/simulator/hue-bridge';
import { AMAZON_AQM } from '../../lib/sources/aqm/row';
import { HUE } from '../../lib/sources/hue/row';
import { startAqmHome } from '../support/aqm-home';
import { hueHome, OURS } from '../support/hue-home';
import { quickRetrier } from '../support/quick-retrier';
import { scratchDirectory } from '../support/scratch';
import { describeSource } from './source-suite';

const running: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()));
});

describeSource('a Hue Bridge', async () => {
  const bridge = await startHueBridge({ bridgeId: OURS, values: 'fixed' });
  running.push(bridge);
  const sensors = [1, 2, 3, 4, 5, 6, 7, 8].map((number) => bridge.motionSensor(number));
  const home = hueHome(bridge.key, { bridge_url: bridge.httpsUrl }, bridge.ca);
  return {
    row: HUE,
    source: (traffic, deadline) => home.source(traffic, deadline),
    faults: bridge.faults,
    requests: () => bridge.requests.length,
    values: /^GET \/api\/[^/]+(\/sensors)?$/, // the other endpoint is asked if one gives nonsense
    deviceIds: sensors.map(({ temperature }) => `hue:${temperature.uniqueid}`),
    empty: () => {
      bridge.home.resources.sensors = {};
    },
    refuse: () => bridge.state.keys.clear(),
    spoil: () => {
      if (sensors[0]) sensors[0].temperature.state['temperature'] = 'warm';
    },
  };
});

describeSource('the air quality monitors', async () => {
  const home = await startAqmHome(scratchDirectory());
  const { cloud } = home;
  return {
    row: AMAZON_AQM,
    source: (traffic, deadline) =>
      home.source({ traffic, signal: deadline.signal, retrier: quickRetrier(home.logger, deadline) }),
    faults: cloud.faults,
    requests: () => cloud.requests.length,
    values: '/api/phoenix/state',
    deviceIds: cloud.state.monitors.map(({ serial }) => `alexa:${serial}`),
    empty: () => {
      cloud.state.monitors = [];
    },
    refuse: () => cloud.account.revokeRefreshToken(),
    spoil: () => {
      const monitor = cloud.monitor(1);
      Object.assign(monitor, { oddStates: ['{broken'], temperature: null });
      for (const quantity of Object.values(monitor.quantities)) quantity.value = null;
    },
  };
});
