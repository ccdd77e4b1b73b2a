/**
 * For node_exporter's textfile collector: gauges without time stamps, which it refuses. So a value always
 * appears fresh: stale values are left out, and the time of each measurement is another gauge.
 */
import { isMeasuredInFuture } from '../../clock';
import { QUANTITY_NAMES, quantityRow, type QuantityName } from '../../quantities';
import type { CollectorName } from '../../sources/all';
import type { DeviceOverview } from '../overview';

export interface CollectorState {
  collector: CollectorName;
  /** milliseconds since 1970; null if there was none yet */
  lastCycleMs: number | null;
  lastSuccessMs: number | null;
  lastExitCode: number | null;
  lastDurationMs: number | null;
}

export interface PrometheusInput {
  nowMs: number;
  devices: readonly DeviceOverview[];
  collectors: readonly CollectorState[];
  /** null: this user may not see it */
  spooledCycles: number | null;
  alertActive: boolean;
}

type Sample = readonly [labels: Record<string, string>, value: number];

export function renderPrometheus({ nowMs, devices, collectors, spooledCycles, alertActive }: PrometheusInput): string {
  const families: string[] = [];
  const add = (name: string, help: string, samples: readonly Sample[]) => {
    if (samples.length > 0) families.push(familyOf(name, help, samples));
  };
  for (const quantity of QUANTITY_NAMES) {
    const { name, help, per = 1, oldName } = quantityRow(quantity).metric;
    const samples = samplesOf(devices, quantity);
    add(
      name,
      help,
      samples.map(([labels, value]) => [labels, value / per] as const),
    );
    if (oldName !== undefined)
      add(oldName, `Old name of ${name}, without its base unit: the next release drops it.`, samples);
  }
  add(
    'climate_measured_timestamp_seconds',
    "The sensor's own time of its newest value, else the time it was asked.",
    devices.flatMap((device) => {
      const times = device.values.map(({ measuredMs }) => measuredMs).filter((ms) => !isMeasuredInFuture(ms, nowMs));
      return times.length === 0 ? [] : [[labelsOf(device), Math.max(...times) / 1000] as const];
    }),
  );
  const ofCollectors = (value: (state: CollectorState) => number | null): Sample[] =>
    collectors.flatMap((state) => {
      const found = value(state);
      return found === null ? [] : [[{ collector: state.collector }, found] as const];
    });
  const seconds = (ms: number | null) => (ms === null ? null : ms / 1000);
  add(
    'climate_last_success_timestamp_seconds',
    'Start of the last cycle that stored its readings.',
    ofCollectors(({ lastSuccessMs }) => seconds(lastSuccessMs)),
  );
  add(
    'climate_last_cycle_timestamp_seconds',
    'Start of the last cycle, failed ones too.',
    ofCollectors(({ lastCycleMs }) => seconds(lastCycleMs)),
  );
  add(
    'climate_last_cycle_exit_code',
    'Exit code of the last cycle; 0 is success.',
    ofCollectors(({ lastExitCode }) => lastExitCode),
  );
  add(
    'climate_last_cycle_duration_seconds',
    'Duration of the last cycle.',
    ofCollectors(({ lastDurationMs }) => seconds(lastDurationMs)),
  );
  const waiting: Sample[] = spooledCycles === null ? [] : [[{}, spooledCycles]];
  add('climate_spooled_cycles', 'Cycles that wait on disk for the database.', waiting);
  add('climate_login_needed', '1 while a login at Amazon by hand is needed.', [[{}, alertActive ? 1 : 0]]);
  return families.join('');
}

function samplesOf(devices: readonly DeviceOverview[], column: QuantityName): Sample[] {
  return devices.flatMap((device) =>
    device.values
      .filter(({ quantity, stale }) => quantity.column === column && !stale)
      .map(({ value }) => [labelsOf(device), value] as const),
  );
}

function labelsOf({ device_id, device_type, location }: DeviceOverview): Record<string, string> {
  return { device_id, device_type, location };
}

function familyOf(name: string, help: string, samples: readonly Sample[]): string {
  const lines = samples.map(([labels, value]) => {
    const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escapeLabel(text)}"`);
    return `${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${value}\n`;
  });
  return `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${lines.join('')}`;
}

function escapeLabel(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
