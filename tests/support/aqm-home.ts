/** Amazon's simulated cloud and the real source, connected by real HTTP; a clock that the test moves. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AqmConfig } from '../../lib/config/config';
import { asMonitorError, type MonitorError } from '../../lib/errors';
import { stateFolder } from '../../lib/files/state-folder';
import { createHttp } from '../../lib/http/fetch';
import { noTraffic, observed, type Traffic } from '../../lib/http/observed';
import { startAqmCloud, type AqmCloud, type AqmCloudOptions } from '../../lib/simulator/aqm-cloud';
import type { SourceReport } from '../../lib/sources/accept';
import { createAqmSource, type AqmContext, type AqmSource } from '../../lib/sources/aqm/aqm-source';
import { AMAZON_AQM } from '../../lib/sources/aqm/row';
import { SESSION_FILE } from '../../lib/sources/aqm/state-files';
import type { SessionState } from '../../lib/sources/aqm/session-state';
import { createDeviceTexts } from '../../lib/sources/device-text';
import { accepted } from './accepted';
import { quickRetrier } from './quick-retrier';
import { recordingLogger, type RecordedEvent, type RecordingLogger } from './recording-logger';

export interface CycleOutcome {
  report: SourceReport | null;
  failure: MonitorError | null;
  login: AqmSource['login'];
  traffic: Traffic;
  /** `METHOD /path` of the requests of this cycle */
  asked: string[];
  retries: number;
  secrets: string[];
}

export interface AqmHome {
  cloud: AqmCloud;
  dataDirectory: string;
  logger: RecordingLogger;
  /** what was logged under this event, oldest first */
  logged(event: string): RecordedEvent[];
  config: AqmConfig;
  /** Moves the clock on. */
  wait(milliseconds: number): void;
  now(): Date;
  source(changes?: Partial<AqmContext>): AqmSource;
  cycle(changes?: Partial<AqmContext>): Promise<CycleOutcome>;
  /** the remembered session, read and changed in place */
  session(): SessionState;
  changeSession(change: (state: SessionState) => void): void;
}

const opened: AqmCloud[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((cloud) => cloud.close()));
});

export async function startAqmHome(dataDirectory: string, options: AqmCloudOptions = {}): Promise<AqmHome> {
  let clock = Date.now();
  const cloud = await startAqmCloud({ values: 'fixed', now: () => clock, ...options });
  opened.push(cloud);
  const logger = recordingLogger();
  const config: AqmConfig = {
    enabled: true,
    marketplace: options.marketplace ?? 'amazon.com',
    timeout_seconds: 5,
    base_urls: cloud.baseUrls,
    locations: {},
    offsets: {},
  };

  function contextOf(changes: Partial<AqmContext>, secrets: string[]): AqmContext {
    const { traffic = noTraffic() } = changes;
    return {
      config,
      refreshToken: cloud.account.refreshToken,
      state: stateFolder(dataDirectory),
      http: observed(createHttp(), { traffic, logger, now: () => new Date(clock) }),
      retrier: quickRetrier(logger),
      logger,
      traffic,
      redactor: Object.assign((text: string) => text, {
        add: (secret: string) => void secrets.push(secret),
        ofAtLeast: () => (text: string) => text,
      }),
      now: () => new Date(clock),
      lock: () => Promise.resolve({ release: () => Promise.resolve() }),
      ...changes,
    };
  }

  const home: AqmHome = {
    cloud,
    dataDirectory,
    logger,
    logged: (wanted) => logger.events.filter(({ event }) => event === wanted),
    config,
    wait: (milliseconds) => (clock += milliseconds),
    now: () => new Date(clock),
    source: (changes = {}) => createAqmSource(contextOf(changes, [])),
    async cycle(changes = {}) {
      const traffic = noTraffic();
      const texts = createDeviceTexts(logger);
      const secrets: string[] = [];
      const context = contextOf({ traffic, texts, ...changes }, secrets);
      const source = createAqmSource(context);
      const before = cloud.requests.length;
      let report: SourceReport | null = null;
      let failure: MonitorError | null = null;
      try {
        const devices = await source.read();
        report = accepted(devices, { row: AMAZON_AQM, locations: config.locations, texts, logger });
      } catch (thrown) {
        failure = asMonitorError(thrown);
      }
      const asked = cloud.requests.slice(before).map(({ method, path }) => `${method} ${path}`);
      return { report, failure, login: source.login, traffic, asked, retries: context.retrier.retries, secrets };
    },
    session: () => JSON.parse(readFileSync(join(dataDirectory, SESSION_FILE), 'utf8')) as SessionState,
    changeSession(change) {
      const state = home.session();
      change(state);
      writeFileSync(join(dataDirectory, SESSION_FILE), JSON.stringify(state));
    },
  };
  return home;
}
