/** The real source of a Hue Bridge with a given configuration, over real HTTP; a clock that the test moves. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HueConfig } from '../../lib/config/config';
import { stateFolder } from '../../lib/files/state-folder';
import { createHttp } from '../../lib/http/fetch';
import { noTraffic, observed, type Traffic } from '../../lib/http/observed';
import { startDeadline, type Deadline } from '../../lib/reliability/deadline';
import { connectToBridge } from '../../lib/sources/hue/connect';
import type { FoundBridge } from '../../lib/sources/hue/found-bridge';
import { HUE } from '../../lib/sources/hue/row';
import { createHueSource } from '../../lib/sources/hue/source';
import type { Source } from '../../lib/sources/source';
import { accepted } from './accepted';
import { quickRetrier } from './quick-retrier';
import { recordingLogger, type RecordingLogger } from './recording-logger';
import { scratchDirectory } from './scratch';

export const OURS = '001788fffe100001';

export interface HueHome {
  config: HueConfig;
  dataDirectory: string;
  logger: RecordingLogger;
  /** milliseconds since 1970 */
  now: number;
  /** the bridges that mDNS finds */
  mdns: FoundBridge[];
  mdnsAsked: number;
  source(traffic: Traffic, deadline: Deadline): Source;
  /** Runs one cycle; returns the names of the rooms that it read. */
  read(): Promise<string[]>;
  /** the remembered address of a moved bridge */
  state(): Record<string, unknown>;
}

export function hueHome(key: string, changes: Partial<HueConfig>, authority?: string): HueHome {
  const dataDirectory = scratchDirectory();
  const ca_file = authority === undefined ? '' : join(dataDirectory, 'ca.pem');
  if (authority !== undefined) writeFileSync(ca_file, authority);
  const logger = recordingLogger();
  const config: HueConfig = {
    enabled: true,
    bridge_url: '',
    bridge_id: OURS,
    tls: 'verify',
    ca_file,
    certificate_sha256: '',
    bridges: [],
    timeout_seconds: 5,
    endpoint: 'sensors',
    discovery: ['mdns', 'cloud'],
    discovery_url: 'http://127.0.0.1:1/',
    locations: {},
    offsets: {},
    ...changes,
  };
  const home: HueHome = {
    config,
    dataDirectory,
    logger,
    now: Date.parse('2026-03-07T07:00:00Z'),
    mdns: [],
    mdnsAsked: 0,
    source(traffic, deadline) {
      const connection = connectToBridge({
        config: {
          hue: { ...config, name: '' },
          collection: { interval_minutes: 5, deadline_seconds: 120, max_devices: 500 },
        },
        key,
        state: stateFolder(dataDirectory),
        http: observed(createHttp(), { traffic, logger }),
        logger,
        redact: (text) => text,
        signal: deadline.signal,
        now: () => home.now,
        findByMdns: () => {
          home.mdnsAsked++;
          return Promise.resolve(home.mdns);
        },
      });
      return createHueSource({
        endpoint: config.endpoint,
        ...connection,
        hadSensors: () => Promise.resolve(false),
        timeoutMs: config.timeout_seconds * 1000,
        remainingMs: () => deadline.remainingMs(),
        retrier: quickRetrier(logger, deadline),
        logger,
        traffic,
      });
    },
    async read() {
      const deadline = startDeadline(120_000, 0);
      try {
        const devices = await home.source(noTraffic(), deadline).read();
        const { readings } = accepted(devices, { row: HUE, logger });
        return readings.map(({ location }) => location);
      } finally {
        deadline.clear();
      }
    },
    state: () => JSON.parse(readFileSync(join(dataDirectory, 'bridge-state.json'), 'utf8')) as Record<string, unknown>,
  };
  return home;
}
