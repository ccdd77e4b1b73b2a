/** A source of readings: one interface, one method. A new kind of sensor is a folder beside this file. */
import type { Reading, SkipReason } from '../reading';

/** What one look at a source brought. */
export interface SourceReport {
  readings: Reading[];
  /** device_id → why it gave no reading */
  skipped: Record<string, SkipReason>;
  /** how many devices the source listed: readings and skipped together */
  devicesSeen: number;
}

/** What the traffic of a cycle cost, filled in while the source reads, so that it is known after a failure as well. */
export interface Traffic {
  /** HTTP requests sent, retries included */
  requests: number;
  /** bytes of response bodies on the wire, before decompression */
  payloadBytes: number;
  /** which endpoint the readings came from; null until one answered */
  endpoint: 'sensors' | 'full' | 'fallback' | 'state' | null;
}

export interface Source {
  /**
   * Asks the device or the cloud once, retries included, and gives what it said in our words.
   * @throws MonitorError where nothing could be read.
   */
  read(): Promise<SourceReport>;
}
