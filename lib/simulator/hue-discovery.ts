/** A simulated discovery service, as https://discovery.meethue.com/ answers: for `hue.discovery_url`. */
import { json, type SimulatedRequest } from './answer';
import { createFaultScript, type FaultScript } from './fault-script';
import { FAST_LINK, type Link } from './misbehave';
import { startServer } from './server';

export interface FoundBridge {
  /** lower case */
  id: string;
  internalipaddress: string;
  port?: number;
}

export interface DiscoveryService {
  url: string;
  /** what it answers; empty as behind a carrier's NAT, or with bridges that are long gone */
  bridges: FoundBridge[];
  faults: FaultScript;
  link: Link;
  requests: SimulatedRequest[];
  close(): Promise<void>;
}

export async function startDiscoveryService(bridges: FoundBridge[] = []): Promise<DiscoveryService> {
  const faults = createFaultScript();
  const requests: SimulatedRequest[] = [];
  const link = { ...FAST_LINK };
  const state = { bridges };
  const answer = () => json(state.bridges);
  const server = await startServer({ name: 'discovery', answer, faults, link, requests, now: Date.now });
  return Object.assign(state, { url: `${server.url}/`, faults, link, requests, close: () => server.close() });
}
