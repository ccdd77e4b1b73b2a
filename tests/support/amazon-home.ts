/** A home with the Amazon account only, over TLS with its own authority. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AqmCloudOptions } from '../../lib/simulator/aqm-cloud';
import { createTestAuthority } from '../../lib/simulator/certificates';
import { SESSION_FILE } from '../../lib/sources/aqm/state-files';
import type { SessionState } from '../../lib/sources/aqm/session-state';
import type { Row } from '../../lib/store/database';
import { openHome, type Home, type HomeOptions } from './home';
import type { RunResult } from './run-command';

export interface AmazonHome extends Home {
  /** makes the commands trust the simulated cloud */
  environment: Record<string, string>;
  alertFile: string;
  /** Runs one cycle; returns its requests to the cloud (`METHOD /path`), and its row. */
  cycle(args?: readonly string[]): Promise<RunResult & { asked: string[]; row: Row | undefined }>;
  /** Runs a command; returns its requests to the cloud. */
  ask(command: string, args?: readonly string[], input?: string): Promise<RunResult & { asked: string[] }>;
  session(): SessionState;
  changeSession(change: (state: SessionState) => void): void;
}

export async function openAmazonHome(
  cloud: AqmCloudOptions = {},
  options: Omit<HomeOptions, 'cloud'> = {},
): Promise<AmazonHome> {
  const authority = await createTestAuthority('CN=Test authority of Amazon');
  const home = await openHome({ ...options, cloud: { tls: await authority.server(), ...cloud } });
  const caFile = join(home.directory, 'amazon-authority.pem');
  writeFileSync(caFile, authority.ca);
  const environment = { NODE_EXTRA_CA_CERTS: caFile };
  const sessionFile = join(home.dataDirectory, SESSION_FILE);
  const session = () => JSON.parse(readFileSync(sessionFile, 'utf8')) as SessionState;

  const ask: AmazonHome['ask'] = async (command, args = [], input) => {
    const before = home.cloud.requests.length;
    const result = await home.run(command, args, { environment, ...(input === undefined ? {} : { input }) });
    const asked = home.cloud.requests.slice(before).map(({ method, path }) => `${method} ${path}`);
    return { ...result, asked };
  };
  return {
    ...home,
    environment,
    alertFile: join(home.dataDirectory, 'ALERT_TOKEN_REFRESH_NEEDED.txt'),
    ask,
    async cycle(args = []) {
      const result = await ask('collect-aqm', args);
      const rows = await home.query('SELECT * FROM cycles ORDER BY started_at');
      return { ...result, row: rows.at(-1) };
    },
    session,
    changeSession(change) {
      const state = session();
      change(state);
      writeFileSync(sessionFile, JSON.stringify(state));
    },
  };
}
