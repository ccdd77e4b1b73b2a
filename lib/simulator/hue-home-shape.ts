/** The parts of a simulated home, in the shapes of real captures. */

export interface ClipSensor {
  name: string;
  type: string;
  modelid: string;
  uniqueid?: string;
  state: Record<string, unknown> & { lastupdated?: string };
  config: Record<string, unknown> & { on?: boolean; reachable?: boolean; battery?: number | null };
  [key: string]: unknown;
}

/** What `GET /api/<key>` answers, but for the bridge's own `config`. */
export interface ClipResources {
  lights: Record<string, unknown>;
  groups: Record<string, unknown>;
  schedules: Record<string, unknown>;
  scenes: Record<string, unknown>;
  rules: Record<string, unknown>;
  sensors: Record<string, ClipSensor>;
  resourcelinks: Record<string, unknown>;
}

/** Plain data: a test changes what it wants before or between requests. */
export interface Home {
  resources: ClipResources;
  /**
   * sensor id → seconds since its last value; `state.lastupdated` follows the clock by that much. A sensor that is not
   * listed here keeps the `lastupdated` that is written in it.
   */
  ages: Record<string, number>;
  /** other apps' keys in `config.whitelist` */
  otherKeys: string[];
}
