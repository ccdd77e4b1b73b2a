/** The faults that `npm run simulator -- --fault NAME` knows: what happens at which device, until the simulator is stopped. */
import type { AqmCloud } from './aqm-cloud';
import { fault } from './faults';
import type { HueBridge } from './hue-bridge';

interface Devices {
  bridge: HueBridge;
  cloud: AqmCloud;
}

interface NamedFault {
  says: string;
  happen: (devices: Devices) => void;
}

const STATE = '/api/phoenix/state';

export const NAMED_FAULTS: Readonly<Record<string, NamedFault>> = {
  'bridge-busy': {
    says: 'the bridge answers 503 to everything',
    happen: ({ bridge }) => bridge.faults.always('*', fault.status(503)),
  },
  'bridge-empty': {
    says: 'the list of sensors is empty, as on some real bridges; the full answer works',
    happen: ({ bridge }) => bridge.faults.always('/sensors', fault.empty()),
  },
  'bridge-forgot-key': {
    says: 'the bridge does not know the key any more, until its link button is pressed',
    happen: ({ bridge }) => bridge.state.keys.clear(),
  },
  'bridge-garbage': {
    says: 'the bridge answers with half of a JSON document',
    happen: ({ bridge }) => bridge.faults.always('*', fault.truncated()),
  },
  'bridge-once': {
    says: 'the first request to the bridge fails, the next ones work',
    happen: ({ bridge }) => bridge.faults.next('/sensors', fault.reset()),
  },
  'bridge-silent': {
    says: 'the bridge accepts connections and never says anything',
    happen: ({ bridge }) => bridge.faults.always('CONNECT', fault.silence()),
  },
  'bridge-slow': {
    says: 'the bridge is as slow as a real one',
    happen: ({ bridge }) => Object.assign(bridge.link, { firstByteMs: 100, bytesPerMs: 50 }),
  },
  'sensor-off': {
    says: 'the temperature sensor in the hall is switched off',
    happen: ({ bridge }) => (bridge.motionSensor('Hall').temperature.config.on = false),
  },
  'sensor-unreachable': {
    says: 'the temperature sensor in the hall cannot be reached, as with a dead battery',
    happen: ({ bridge }) => (bridge.motionSensor('Hall').temperature.config.reachable = false),
  },
  'cloud-limit': {
    says: 'Amazon refuses the state with 429',
    happen: ({ cloud }) => cloud.faults.always(STATE, fault.tooManyRequests()),
  },
  'cloud-token': {
    says: 'Amazon does not accept the login any more',
    happen: ({ cloud }) => {
      cloud.account.revokeRefreshToken();
      cloud.account.expireCookies();
    },
  },
  'cloud-down': {
    says: 'Amazon answers 503 to everything',
    happen: ({ cloud }) => cloud.faults.always('*', fault.status(503)),
  },
  'monitor-offline': {
    says: 'the first monitor is offline',
    happen: ({ cloud }) => (cloud.monitor(1).connectivity = 'unreachable'),
  },
};
