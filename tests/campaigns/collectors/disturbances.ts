/** The weather of a simulated week: what befalls a cycle, and whether it must come out well all the same. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fault } from '../../../lib/simulator/faults';
import type { FaultScript } from '../../../lib/simulator/fault-script';
import { startHueBridge } from '../../../lib/simulator/hue-bridge';
import { seededRandom } from '../../../lib/simulator/random';
import type { SoakHome } from './soak-home';

export interface Weather {
  name: string;
  /** exit 0 and every reading stored; else exit 1, a failed row and no reading */
  endsWell: boolean;
  /** Lets it come; a function given back is called when the cycle has ended. */
  comes?: (home: SoakHome) => Goes | undefined | Promise<Goes | undefined>;
}

type Goes = () => void | Promise<void>;

const CLEAR: Weather = { name: 'clear', endsWell: true };

const on = (path: string, faultsOf: (home: SoakHome) => FaultScript) => {
  const times = (name: string, what: ReturnType<typeof fault.none>, count: number): Weather => ({
    name,
    endsWell: true,
    comes: (home) => {
      faultsOf(home).next(path, what, count);
      return undefined;
    },
  });
  const always = (name: string, what: ReturnType<typeof fault.none>): Weather => ({
    name,
    endsWell: false,
    comes: (home) => faultsOf(home).always(path, what),
  });
  return { times, always };
};

const hue = on('/sensors', (home) => home.bridge.faults);
const aqm = on('/api/phoenix/state', (home) => home.cloud.faults);

/** 3 s are within the busy timeout of 5 s, 8 s beyond it. */
const lockHolder = (seconds: number): Weather => ({
  name: `a lock held for ${seconds} s`,
  endsWell: true,
  comes: (home) => home.holdLock(seconds),
});

const lowDisk: Weather = {
  name: 'low disk',
  endsWell: true,
  comes: (home) => {
    home.isDiskLow = true;
    return () => {
      home.isDiskLow = false;
    };
  },
};

export const HUE_WEATHER: readonly Weather[] = [
  hue.times('a timeout', fault.silence(), 1),
  hue.times('429, twice', fault.status(429), 2),
  hue.times('429 with Retry-After', fault.status(429, { retryAfter: 1 }), 1),
  hue.times('503, three times', fault.status(503), 3),
  hue.times('an empty body', fault.empty(), 1),
  hue.times('a cut body', fault.cut(), 1),
  hue.times('a reset, twice', fault.reset(), 2),
  hue.times('error 901', fault.hueError(901), 1),
  hue.always('503 for good', fault.status(503)),
  {
    name: 'nobody there',
    endsWell: false,
    comes: (home) => home.bridge.faults.always('CONNECT', fault.reset()),
  },
  { name: 'a moved bridge', endsWell: true, comes: moveBridge },
  lowDisk,
  lockHolder(3),
  lockHolder(8),
];

export const AQM_WEATHER: readonly Weather[] = [
  aqm.times('a timeout', fault.silence(), 1),
  aqm.times('429, twice', fault.tooManyRequests(), 2),
  aqm.times('500', fault.status(500), 1),
  aqm.times('503, three times', fault.status(503), 3),
  aqm.times('an empty body', fault.empty(), 1),
  aqm.times('a cut body', fault.cut(), 1),
  aqm.times('a reset, twice', fault.reset(), 2),
  aqm.always('503 for good', fault.status(503)),
  {
    // The back-off of minutes after it is over when the next simulated cycle starts.
    name: '429 for good',
    endsWell: false,
    comes: (home) => {
      home.cloud.faults.always('/api/phoenix/state', fault.tooManyRequests());
      return () => changeState(join(home.dataDirectory, 'amazon-session.json'), { rate_limit: null });
    },
  },
  {
    name: 'expired cookies',
    endsWell: true,
    comes: (home) => {
      home.cloud.account.expireCookies();
      return undefined;
    },
  },
  lowDisk,
];

/** It comes back elsewhere, and tells the discovery service; which may be asked again, because time has passed. */
async function moveBridge(home: SoakHome): Promise<undefined> {
  await home.bridge.close();
  const bridge = await startHueBridge({ ...home.bridgeOptions, home: home.bridge.home });
  home.bridge = bridge;
  home.discovery.bridges = [{ id: bridge.bridgeId, internalipaddress: '127.0.0.1', port: bridge.port }];
  changeState(join(home.dataDirectory, 'bridge-state.json'), { cloud_asked_at: null });
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

/** Every kind at least once, most cycles clear, the first one always; the same for the same seed. */
export function weatherScript(kinds: readonly Weather[], cycles: number, seed: number, badShare = 0.1): Weather[] {
  const random = seededRandom(seed);
  const script = kinds.slice(0, cycles - 1);
  while (script.length < cycles - 1) script.push(random.next() < badShare ? random.pick(kinds) : CLEAR);
  for (let last = script.length - 1; last > 0; last--) {
    const other = random.between(0, last);
    const [one, two] = [script[last] ?? CLEAR, script[other] ?? CLEAR];
    script[last] = two;
    script[other] = one;
  }
  return [CLEAR, ...script];
}
