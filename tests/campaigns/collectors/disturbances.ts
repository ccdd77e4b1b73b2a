/** The disturbances of a simulated week: what happens to a cycle, and whether it must succeed nevertheless. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fault } from '../../../lib/simulator/faults';
import type { FaultScript } from '../../../lib/simulator/fault-script';
import { startHueBridge } from '../../../lib/simulator/hue-bridge';
import { seededRandom } from '../../../lib/simulator/random';
import type { SoakHome } from './soak-home';

export interface Disturbance {
  name: string;
  /** exit 0 and every reading stored; else exit 1, a failed row and no reading, unless it ends in part */
  endsWell: boolean;
  /** exit 3, a partial row, and so many readings stored */
  partly?: number;
  /** Begins the disturbance; if it returns a function, that is called when the cycle has ended. */
  begin?: (home: SoakHome) => End | undefined | Promise<End | undefined>;
}

type End = () => void | Promise<void>;

export const UNDISTURBED: Disturbance = { name: 'clear', endsWell: true };

const on = (path: string, faultsOf: (home: SoakHome) => FaultScript) => {
  const times = (name: string, what: ReturnType<typeof fault.none>, count: number): Disturbance => ({
    name,
    endsWell: true,
    begin: (home) => {
      faultsOf(home).next(path, what, count);
      return undefined;
    },
  });
  const always = (name: string, what: ReturnType<typeof fault.none>): Disturbance => ({
    name,
    endsWell: false,
    begin: (home) => faultsOf(home).always(path, what),
  });
  return { times, always };
};

const hue = on('/sensors', (home) => home.bridge.faults);
const aqm = on('/api/phoenix/state', (home) => home.cloud.faults);

/** 3 s are within the busy timeout of 5 s, 8 s are longer. */
const lockHolder = (seconds: number): Disturbance => ({
  name: `a lock held for ${seconds} s`,
  endsWell: true,
  begin: (home) => home.holdLock(seconds),
});

const lowDisk = (command: string): Disturbance => ({
  name: 'low disk',
  endsWell: true,
  begin: (home) => home.configured(command, { logging: { min_free_mb: 1e9 } }),
});

export const HUE_DISTURBANCES: readonly Disturbance[] = [
  hue.times('a timeout', fault.silence(), 1),
  hue.times('429, twice', fault.status(429), 2),
  hue.times('429 with Retry-After', fault.status(429, { retryAfter: 1 }), 1),
  hue.times('503, three times', fault.status(503), 3),
  hue.times('an empty body', fault.empty(), 1),
  hue.times('a cut body', fault.cut(), 1),
  hue.times('a reset, twice', fault.reset(), 2),
  hue.times('error 901', fault.hueError(901), 1),
  hue.always('429 for good', fault.status(429)),
  {
    // The next simulated cycle starts when the hour is over.
    name: '429 that asks for an hour',
    endsWell: false,
    begin: (home) => {
      home.bridge.faults.always('/sensors', fault.status(429, { retryAfter: 3600 }));
      return () => changeState(join(home.dataDirectory, 'bridge-state.json'), { wait: null });
    },
  },
  {
    name: 'no answer',
    endsWell: false,
    begin: (home) => home.bridge.faults.always('CONNECT', fault.reset()),
  },
  { name: 'a moved bridge', endsWell: true, begin: moveBridge },
  { name: 'http given up', endsWell: true, begin: giveUpHttp },
  { name: 'a bridge of two down', endsWell: false, partly: 3, begin: loseOneOfTwo },
  lowDisk('collect-hue'),
  lockHolder(3),
  lockHolder(8),
];

export const AQM_DISTURBANCES: readonly Disturbance[] = [
  aqm.times('a timeout', fault.silence(), 1),
  aqm.times('429, twice', fault.tooManyRequests(), 2),
  aqm.times('500', fault.status(500), 1),
  aqm.times('503, three times', fault.status(503), 3),
  aqm.times('an empty body', fault.empty(), 1),
  aqm.times('a cut body', fault.cut(), 1),
  aqm.times('a reset, twice', fault.reset(), 2),
  aqm.times('404', fault.status(404), 1),
  aqm.times('a web page, twice', fault.html(), 2),
  aqm.times('a redirect to the sign-in page', fault.redirect('https://www.amazon.com/ap/signin?openid.mode=x'), 1),
  {
    name: 'a throttled list',
    endsWell: true,
    begin: (home) => {
      home.cloud.faults.always('/graphql', fault.throttledList());
      return forgetAgeOfList(home);
    },
  },
  {
    name: 'a partial list',
    endsWell: true,
    begin: (home) => {
      const { discovery } = home.cloud.monitor(2);
      discovery.listed = 'null';
      const end = forgetAgeOfList(home);
      return () => {
        discovery.listed = 'whole';
        end();
      };
    },
  },
  aqm.always('503 for good', fault.status(503)),
  {
    // The wait of minutes after it has ended when the next simulated cycle starts.
    name: '429 for good',
    endsWell: false,
    begin: (home) => {
      home.cloud.faults.always('/api/phoenix/state', fault.tooManyRequests());
      return () => changeState(join(home.dataDirectory, 'amazon-session.json'), { rate_limit: null });
    },
  },
  {
    name: 'expired cookies',
    endsWell: true,
    begin: (home) => {
      home.cloud.account.expireCookies();
      return undefined;
    },
  },
  lowDisk('collect-aqm'),
];

/** The bridge restarts at another port and registers it at the discovery service, which may be asked again at once. */
async function moveBridge(home: SoakHome): Promise<undefined> {
  await home.bridge.close();
  const bridge = await startHueBridge({ ...home.bridgeOptions, home: home.bridge.home });
  home.bridge = bridge;
  home.discovery.bridges = [{ id: bridge.bridgeId, internalipaddress: '127.0.0.1', port: bridge.port }];
  changeState(join(home.dataDirectory, 'bridge-state.json'), { cloud_asked_at: null });
}

/** The bridge is configured with http, and redirects to https there. */
async function giveUpHttp(home: SoakHome): Promise<End> {
  const bridge = await startHueBridge({
    ...home.bridgeOptions,
    ...{ home: home.bridge.home, protocols: ['http', 'https'], httpGivenUp: true },
  });
  const end = configuredApart(home, { bridge_url: bridge.url });
  return async () => {
    end();
    await bridge.close();
  };
}

/** Of the two bridges configured, the usual one does not answer. */
function loseOneOfTwo(home: SoakHome): End {
  const ca_file = join(home.directory, 'config', 'test-authority.pem');
  const place = ({ url, bridgeId }: SoakHome['bridge']) => ({ bridge_url: url, bridge_id: bridgeId, ca_file });
  const bridges = [
    { name: 'main', ...place(home.bridge) },
    { name: 'annexe', ...place(home.annexe) },
  ];
  home.bridge.faults.always('CONNECT', fault.reset());
  return configuredApart(home, { bridge_url: undefined, bridge_id: undefined, ca_file: undefined, bridges });
}

/** For one cycle; what is remembered of a bridge is remembered for its configuration, so the former comes back, too. */
function configuredApart(home: SoakHome, hueSection: Record<string, unknown>): () => void {
  const file = join(home.dataDirectory, 'bridge-state.json');
  const before = existsSync(file) ? readFileSync(file) : null;
  const end = home.configured('collect-hue', { hue: hueSection });
  return () => {
    end();
    if (before === null) rmSync(file, { force: true });
    else writeFileSync(file, before, { mode: 0o600 });
  };
}

/** Amazon is asked for the list again: in this cycle, and in the first one after the disturbance. */
function forgetAgeOfList(home: SoakHome): () => void {
  const file = join(home.dataDirectory, 'amazon-session.json');
  const forget = () => {
    const { discovery } = JSON.parse(readFileSync(file, 'utf8')) as { discovery: object | null };
    if (discovery === null) return;
    changeState(file, { discovery: { ...discovery, found_at: new Date(0).toISOString(), next_try_at: null } });
  };
  forget();
  return forget;
}

function changeState(file: string, change: object): void {
  let state: object;
  try {
    state = JSON.parse(readFileSync(file, 'utf8')) as object;
  } catch {
    return;
  }
  writeFileSync(file, JSON.stringify({ ...state, ...change }), { mode: 0o600 });
}

/** Every kind at least once; most cycles, and always the first one, undisturbed; the same for the same seed. */
export function disturbanceScript(
  kinds: readonly Disturbance[],
  cycles: number,
  seed: number,
  badShare = 0.1,
): Disturbance[] {
  const random = seededRandom(seed);
  const script = kinds.slice(0, cycles - 1);
  while (script.length < cycles - 1) script.push(random.next() < badShare ? random.pick(kinds) : UNDISTURBED);
  for (let last = script.length - 1; last > 0; last--) {
    const other = random.between(0, last);
    const [one, two] = [script[last] ?? UNDISTURBED, script[other] ?? UNDISTURBED];
    script[last] = two;
    script[other] = one;
  }
  return [UNDISTURBED, ...script];
}
