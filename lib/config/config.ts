/**
 * The configuration as the program sees it: the keys of config/config.yaml, all defaults filled in, all paths
 * absolute. The meaning, range and default of each key are in config/config.schema.json, which is also the manual.
 */

/** Of the log, the gravest first. */
export const LEVELS = ['critical', 'error', 'warning', 'info', 'debug'] as const;
export type Level = (typeof LEVELS)[number];

export interface RetryConfig {
  max_attempts: number;
  base_delay_seconds: number;
  multiplier: number;
}

export interface StorageConfig {
  /** absolute */
  data_directory: string;
  busy_timeout_ms: number;
  wal_autocheckpoint_pages: number;
  /** the permission bits, already a number: 0o600 */
  file_mode: number;
  spool_max_mb: number;
  /** 0 keeps all */
  retention_days: number;
  /** whether the data directory must be on a disk of its own */
  require_mount: boolean;
}

export interface AlertingConfig {
  /** `--quiet-repeats`: from which failed cycle in a row on a failure that may pass is printed */
  after_failures: number;
}

export interface LoggingConfig {
  /** absolute */
  directory: string;
  level: Level;
  max_file_mb: number;
  max_backups: number;
  max_total_mb: number;
  min_free_mb: number;
}

/** What every source has in its section. */
export interface SourceSection {
  enabled: boolean;
  timeout_seconds?: number;
  /** id of a device → location */
  locations?: Record<string, string>;
  /** id of a device → °C that are added to its temperature */
  offsets?: Record<string, number>;
}

/** What each bridge has of its own. */
export interface BridgeKeys {
  /** without a trailing slash: `https://192.168.1.10` */
  bridge_url: string;
  /** 16 hex digits in lower case, or '' */
  bridge_id: string;
  tls: 'verify' | 'insecure';
  /** absolute, or '' */
  ca_file: string;
  /** SHA-256 of a self-signed certificate, 64 hex digits in lower case without colons, or '' */
  certificate_sha256: string;
}

/** One of several bridges. */
export interface NamedBridge extends BridgeKeys {
  name: string;
}

/** The keys of the only bridge, or `bridges`: never both. */
export interface HueConfig extends BridgeKeys {
  enabled: boolean;
  bridges: NamedBridge[];
  timeout_seconds: number;
  endpoint: 'sensors' | 'full';
  discovery: ('mdns' | 'cloud')[];
  discovery_url: string;
  locations: Record<string, string>;
  offsets: Record<string, number>;
}

export interface AqmConfig {
  enabled: boolean;
  /** `amazon.com`, `amazon.co.uk`, … */
  marketplace: string;
  timeout_seconds: number;
  base_urls: { alexa?: string; www?: string; api?: string };
  locations: Record<string, string>;
  offsets: Record<string, number>;
}

/** A rule about the home. */
export interface AlertConfig {
  name?: string;
  /** as `--quantity` calls it */
  quantity: string;
  location?: string;
  device?: string;
  below?: number;
  above?: number;
  for_minutes: number;
  hysteresis: number;
}

export interface NotifyConfig {
  /** program and arguments */
  command?: string[];
  format?: 'json' | 'text';
}

export interface MqttConfig {
  url: string;
  topic_prefix: string;
  discovery_prefix: string;
  /** absolute, or '' */
  ca_file: string;
}

export interface Config {
  /** absolute path of the file read */
  file: string;
  collection: {
    interval_minutes: number;
    deadline_seconds: number;
    /** of one cycle */
    max_devices: number;
  };
  retry: RetryConfig;
  storage: StorageConfig;
  logging: LoggingConfig;
  alerting: AlertingConfig;
  /** null if the section is absent */
  hue: HueConfig | null;
  /** null if the section is absent */
  amazon_aqm: AqmConfig | null;
  validation: { temperature_min: number; temperature_max: number };
  /** absent, as the three below: nobody wants it */
  alerts?: AlertConfig[];
  builtin_alerts?: { battery_below?: number; silent_hours?: number };
  notify?: NotifyConfig;
  publish?: { mqtt?: MqttConfig };
}

export interface EmailSecrets {
  host: string;
  port: number;
  secure: boolean;
  username?: string;
  password?: string;
  from: string;
  to: string;
}

/** Where each collector reports its cycles: collector → address. */
export type HeartbeatSecrets = Partial<Record<string, string>>;

export interface MqttSecrets {
  username?: string;
  password?: string;
}

export interface Secrets {
  /** the key of the only bridge, and those of several by their names; what is not there is '' or absent */
  hue?: { username: string; bridges: Record<string, string> };
  amazon?: { refresh_token: string };
  email?: EmailSecrets;
  heartbeat?: HeartbeatSecrets;
  notify?: { webhook: string };
  mqtt?: MqttSecrets;
}
