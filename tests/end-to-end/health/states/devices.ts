/** What can be wrong with the bridge, the sensors, the cloud and the monitors. */
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createTestAuthority } from '../../../../lib/simulator/certificates';
import { fault } from '../../../../lib/simulator/faults';
import { startHueBridge } from '../../../../lib/simulator/hue-bridge';
import type { BrokenState } from './broken-state';
import type { Bench } from '../bench';
import { logInAtAmazon } from '../log-in';

/** The simulated bridge, or cloud, has a fault at every request until it is cleared. */
const bridgeFault = (matcher: string, kind: ReturnType<typeof fault.none>): Pick<BrokenState, 'breakIt' | 'fix'> => ({
  breakIt: ({ bridge }) => void bridge.faults.always(matcher, kind),
  fix: ({ bridge }) => bridge.faults.clear(),
});
const cloudFault = (matcher: string, kind: ReturnType<typeof fault.none>): Pick<BrokenState, 'breakIt' | 'fix'> => ({
  breakIt: ({ home }) => void home.cloud.faults.always(matcher, kind),
  fix: ({ home }) => home.cloud.faults.clear(),
});

const tellHome = ({ home }: Bench, marketplace: string) =>
  Object.assign(home.cloud.account.tells, { alexaHost: `alexa.${marketplace}`, shopsAt: marketplace });

const AUTH_HUE = /node bin\/auth-hue\.js/;
const FRESH = /node bin\/health\.js amazon_aqm --fresh/;
const LOOK_AGAIN = /node bin\/health\.js hue/;
const restore = (bench: Bench) => bench.restoreBridge();

function setTemperatures({ home }: Bench['bridge'], shape: (value: unknown) => unknown): void {
  for (const { type, state } of Object.values(home.resources.sensors)) {
    if (type === 'ZLLTemperature') state['temperature'] = shape(state['temperature']);
  }
}

/** A second bridge beside the first one, which is called main then. */
async function configureTwo(bench: Bench): Promise<void> {
  const { httpsUrl, bridgeId, key } = bench.bridge;
  const annexe = await startHueBridge({ values: 'fixed', protocols: ['https'], bridgeId: '001788fffe200002' });
  bench.onClose(() => annexe.close());
  const folder = dirname(bench.home.configFile);
  const [ofMain, ofAnnexe] = [join(folder, 'test-authority.pem'), join(folder, 'annexe.pem')];
  writeFileSync(ofAnnexe, annexe.ca);
  bench.configure(
    {
      hue: {
        ...{ bridge_url: undefined, bridge_id: undefined, ca_file: undefined },
        bridges: [
          { name: 'main', bridge_url: httpsUrl, bridge_id: bridgeId, ca_file: ofMain },
          { name: 'annexe', bridge_url: annexe.url, bridge_id: annexe.bridgeId, ca_file: ofAnnexe },
        ],
      },
    },
    { hue: { username: undefined, bridges: { main: key, annexe: annexe.key } } },
  );
}

export const HUE_STATES: readonly BrokenState[] = [
  {
    title: 'a bridge that is switched off',
    check: 'hue',
    status: 'fail',
    exitCode: 1,
    says: /refused the connection \(ECONNREFUSED\)/,
    remedy: AUTH_HUE,
    breakIt: ({ bridge }) => bridge.close(),
    fix: restore,
  },
  {
    title: 'a bridge that accepts and stays silent',
    check: 'hue',
    status: 'fail',
    exitCode: 1,
    says: /no complete answer within 7 s/,
    remedy: AUTH_HUE,
    hangs: true,
    ...bridgeFault('CONNECT', fault.silence()),
  },
  {
    title: 'values that cannot be read, of every sensor',
    check: 'hue',
    status: 'fail',
    exitCode: 2,
    says: /each cycle fails: none of the 8 sensors gave a usable reading/,
    remedy: LOOK_AGAIN,
    bench: { cycles: false, cloud: false },
    breakIt: ({ bridge }) => setTemperatures(bridge, String),
    fix: ({ bridge }) => setTemperatures(bridge, Number),
  },
  {
    title: 'another bridge at the same address (https)',
    check: 'hue',
    status: 'fail',
    exitCode: 1,
    says: /another bridge than ours answers .*: its certificate is not for 001788fffe100001/,
    remedy: AUTH_HUE,
    breakIt: (bench) => bench.replaceBridge({ bridgeId: '001788fffe999999' }),
    fix: restore,
  },
  {
    title: 'another bridge at the same address (http)',
    check: 'hue',
    status: 'fail',
    exitCode: 1,
    says: /another bridge answers at .*: it is 001788fffe999999, ours is 001788fffe100001/,
    remedy: AUTH_HUE,
    bench: { bridge: { protocols: ['http'] } },
    breakIt: ({ bridge }) => {
      bridge.state.bridgeId = '001788FFFE999999';
    },
    fix: ({ bridge }) => {
      bridge.state.bridgeId = '001788FFFE100001';
    },
  },
  {
    title: 'a certificate that no trusted authority has signed',
    check: 'hue',
    status: 'fail',
    exitCode: 1,
    says: /shows a certificate of an authority that is not known here/,
    remedy: AUTH_HUE,
    breakIt: async (bench) => bench.replaceBridge({ authority: await createTestAuthority() }),
    fix: restore,
  },
  {
    title: 'a key the bridge does not know',
    check: 'hue',
    status: 'fail',
    exitCode: 1,
    says: /the bridge refused the key at GET .*\/api\/<key>\/sensors/,
    remedy: AUTH_HUE,
    breakIt: ({ bridge }) => bridge.state.keys.clear(),
    fix: ({ bridge }) => bridge.state.keys.add(bridge.key),
  },
  {
    title: 'an empty answer on /sensors',
    check: 'hue',
    status: 'warn',
    exitCode: 0,
    says: /\/sensors cannot be used .*is empty.*reading the full configuration instead/,
    remedy: LOOK_AGAIN,
    ...bridgeFault('/sensors', fault.empty()),
  },
  {
    title: 'empty answers everywhere',
    check: 'hue',
    status: 'fail',
    exitCode: 1,
    says: /the answer of GET .* is empty/,
    remedy: LOOK_AGAIN,
    ...bridgeFault('*', fault.empty()),
  },
  {
    title: 'an overloaded bridge',
    check: 'hue',
    status: 'fail',
    exitCode: 1,
    says: /answered 503: the bridge is overloaded/,
    remedy: LOOK_AGAIN,
    ...bridgeFault('*', fault.status(503)),
  },
  {
    title: 'a bridge without temperature sensors',
    check: 'hue',
    status: 'fail',
    exitCode: 1,
    says: /the bridge lists no temperature sensor/,
    remedy: LOOK_AGAIN,
    breakIt: ({ bridge }) => {
      bridge.state.sensorsBody = '{}';
      bridge.state.fullBody = '{"sensors":{}}';
    },
    fix: ({ bridge }) => {
      bridge.state.sensorsBody = undefined;
      bridge.state.fullBody = undefined;
    },
  },
  {
    title: 'a battery that is nearly empty',
    check: 'hue',
    status: 'warn',
    exitCode: 0,
    says: /batteries under 20 %: Hall \(9 %\)/,
    remedy: /Put in new ones, then: node bin\/health\.js hue/,
    breakIt: ({ bridge }) => {
      bridge.motionSensor('Hall').temperature.config.battery = 9;
    },
    fix: ({ bridge }) => {
      bridge.motionSensor('Hall').temperature.config.battery = 100;
    },
  },
  {
    title: 'a sensor that is not reachable',
    check: 'hue',
    status: 'warn',
    exitCode: 0,
    says: /1 of 8 sensors not reachable: hue:/,
    remedy: /Check their batteries.*node bin\/health\.js hue/,
    breakIt: ({ bridge }) => {
      bridge.motionSensor('Hall').temperature.config.reachable = false;
    },
    fix: ({ bridge }) => {
      bridge.motionSensor('Hall').temperature.config.reachable = true;
    },
  },
  {
    title: 'a sensor switched off in the app',
    check: 'hue',
    status: 'warn',
    exitCode: 0,
    says: /1 of 8 sensors switched off in the Hue app: hue:/,
    remedy: /Switch them on in the Hue app, then: node bin\/health\.js hue/,
    breakIt: ({ bridge }) => {
      bridge.motionSensor('Hall').temperature.config.on = false;
    },
    fix: ({ bridge }) => {
      bridge.motionSensor('Hall').temperature.config.on = true;
    },
  },
  {
    title: 'a bridge that has given up http',
    check: 'hue',
    status: 'warn',
    exitCode: 0,
    says: /the bridge has given up http \(http:.*\); it is read at https:/,
    remedy: /Write https:\/\/ \(bridge_url: https:\/\/127\.0\.0\.1:\d+\): "\$\{EDITOR:-vi\}" '.*config\.yaml'/,
    breakIt: (bench) => {
      bench.bridge.state.httpGivenUp = true;
      bench.configure({ hue: { bridge_url: bench.bridge.url } });
    },
    fix: (bench) => bench.configure({}),
  },
  {
    title: 'one bridge of two that is switched off',
    check: 'hue',
    status: 'fail',
    exitCode: 1,
    says: /^main: .*refused the connection \(ECONNREFUSED\)/,
    remedy: /node bin\/auth-hue\.js --name main/,
    bench: { cloud: false },
    breakIt: async (bench) => {
      await configureTwo(bench);
      await bench.bridge.close();
    },
    fix: restore,
  },
  {
    title: 'certificates that are not verified',
    check: 'hue',
    status: 'warn',
    exitCode: 0,
    says: /hue\.tls is insecure/,
    remedy: /tls: verify.*node bin\/auth-hue\.js/,
    breakIt: (bench) => bench.configure({ hue: { tls: 'insecure' } }),
    fix: (bench) => bench.configure({}),
  },
  {
    title: 'a clock that is a day off',
    check: 'hue',
    status: 'fail',
    exitCode: 1,
    says: /the clock of the bridge is 24 h behind this machine's/,
    remedy: /timedatectl/,
    breakIt: (bench) => {
      bench.wrapper = ['faketime', '-f', '+1d'];
    },
    fix: (bench) => {
      bench.wrapper = [];
    },
  },
];

export const AMAZON_STATES: readonly BrokenState[] = [
  {
    title: 'dead cookies and a refused refresh token',
    check: 'amazon_aqm',
    status: 'fail',
    exitCode: 1,
    says: /Amazon refuses the refresh token .*: a login by hand is needed/,
    remedy: /node bin\/auth-amazon\.js/,
    breakIt: ({ home }) => {
      home.cloud.account.expireCookies();
      home.cloud.account.revokeRefreshToken();
    },
    fix: logInAtAmazon,
  },
  {
    title: 'fresh cookies that are refused at once',
    check: 'amazon_aqm',
    status: 'fail',
    exitCode: 1,
    says: /Amazon refuses fresh cookies at once/,
    remedy: /node bin\/auth-amazon\.js/,
    breakIt: ({ home }) => {
      home.cloud.account.refuseFreshCookies = true;
    },
    fix: ({ home }) => {
      home.cloud.account.refuseFreshCookies = false;
    },
  },
  {
    title: 'a rate limit (429)',
    check: 'amazon_aqm',
    status: 'fail',
    exitCode: 1,
    says: /there were too many requests \(HTTP 429\)/,
    remedy: FRESH,
    ...cloudFault('*', fault.tooManyRequests()),
  },
  {
    title: 'a rate limit in its other form',
    check: 'amazon_aqm',
    status: 'fail',
    exitCode: 1,
    says: /there were too many requests/,
    remedy: FRESH,
    ...cloudFault('*', fault.throttled()),
  },
  {
    title: 'a marketplace where the account has nothing',
    check: 'amazon_aqm',
    status: 'fail',
    exitCode: 1,
    says: /Amazon lists no device at all for this account at amazon\.de/,
    remedy: /amazon_aqm\.marketplace.*node bin\/auth-amazon\.js --check/,
    breakIt: (bench) => {
      tellHome(bench, 'amazon.de');
      bench.configure({ amazon_aqm: { marketplace: 'amazon.de' } });
    },
    fix: (bench) => {
      tellHome(bench, 'amazon.com');
      bench.configure({});
    },
  },
  {
    title: 'no monitor in the account',
    check: 'amazon_aqm',
    status: 'fail',
    exitCode: 1,
    says: /Amazon lists \d+ devices, but no Smart Air Quality Monitor/,
    remedy: /node bin\/auth-amazon\.js --check/,
    breakIt: ({ home }) => {
      unplugged.set(home.cloud, home.cloud.state.monitors.splice(0));
    },
    fix: ({ home }) => home.cloud.state.monitors.push(...(unplugged.get(home.cloud) ?? [])),
  },
  {
    title: 'an address of the values that is gone',
    check: 'amazon_aqm',
    status: 'fail',
    exitCode: 1,
    says: /unexpected answer from POST .*\/api\/phoenix\/state: HTTP 410/,
    remedy: /look for a newer version.*node bin\/health\.js amazon_aqm --fresh/,
    ...cloudFault('/api/phoenix/state', fault.status(410)),
  },
  {
    title: 'all monitors unreachable at once',
    check: 'amazon_aqm',
    status: 'warn',
    exitCode: 0,
    says: /All 2 monitors cannot be reached at once: more likely the account or the network/,
    remedy: FRESH,
    breakIt: ({ home }) => {
      for (const monitor of home.cloud.state.monitors) monitor.connectivity = 'gone';
    },
    fix: ({ home }) => {
      for (const monitor of home.cloud.state.monitors) monitor.connectivity = 'ok';
    },
  },
  {
    title: 'a monitor that is offline',
    check: 'amazon_aqm',
    status: 'warn',
    exitCode: 0,
    says: /monitor "Living room" \(GAJ\w+\) is offline/,
    remedy: FRESH,
    breakIt: ({ home }) => {
      home.cloud.monitor('Living room').connectivity = 'unreachable';
    },
    fix: ({ home }) => {
      home.cloud.monitor('Living room').connectivity = 'ok';
    },
  },
  {
    title: 'a quantity that is missing',
    check: 'amazon_aqm',
    status: 'warn',
    exitCode: 0,
    says: /monitor "Living room" \(GAJ\w+\) does not send co_ppm/,
    remedy: FRESH,
    breakIt: ({ home }) => {
      home.cloud.monitor('Living room').quantities.co.value = null;
    },
    fix: ({ home }) => {
      home.cloud.monitor('Living room').quantities.co.value = 0;
    },
  },
  {
    title: 'a quantity that is not known',
    check: 'amazon_aqm',
    status: 'warn',
    exitCode: 0,
    says: /measures something this version does not know \(instance 12: Alexa\.AirQuality\.Radon\)/,
    remedy: FRESH,
    breakIt: ({ home }) => {
      const radon = { instance: '12', assetId: 'Alexa.AirQuality.Radon', unitOfMeasure: '', maximum: 1000, value: 40 };
      home.cloud.monitor(1).quantities['radon'] = radon;
    },
    // Simulates a newer version that knows it.
    fix: ({ home }) => Reflect.deleteProperty(home.cloud.monitor(1).quantities, 'radon'),
  },
  {
    title: 'an Amazon that accepts and stays silent',
    check: 'amazon_aqm',
    status: 'fail',
    exitCode: 1,
    says: /no complete answer within 7 s from POST http/,
    remedy: /curl -I https:\/\/alexa\.amazon\.com/,
    hangs: true,
    ...cloudFault('CONNECT', fault.silence()),
  },
];

const unplugged = new WeakMap<object, Bench['home']['cloud']['state']['monitors']>();
