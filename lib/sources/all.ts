/**
 * All sources: ONE list, one row each, in the order in which they are shown. Everything that is said or done for each
 * source uses it: collectors, health, gaps, page, exports, cron lines. docs/internals/adding-a-source.md says how to add one.
 */
import type { Config } from '../config/config';
import { AMAZON_AQM } from './aqm/row';
import { HUE } from './hue/row';
import { sectionOf, type SourceRow } from './source';

const ROWS = [HUE, AMAZON_AQM] as const;

/** `cycles.collector`, also the section of config.yaml. */
export type CollectorName = (typeof ROWS)[number]['collector'];

/** `readings.device_type` */
export type DeviceType = (typeof ROWS)[number]['deviceType'];

export type ListedSource = SourceRow & { collector: CollectorName; deviceType: DeviceType };

export const SOURCES: readonly ListedSource[] = ROWS;

export const COLLECTORS: readonly CollectorName[] = SOURCES.map(({ collector }) => collector);

/** The sources with a section in the configuration that is not switched off. */
export function enabledSources(config: Config): ListedSource[] {
  return SOURCES.filter((row) => sectionOf(config, row)?.enabled === true);
}

/** @returns undefined for devices of a source that this version does not know */
export function sourceOfDevice(deviceType: string): ListedSource | undefined {
  return SOURCES.find((row) => row.deviceType === deviceType);
}

/** What to type for a cycle of each source; one that is not enabled does nothing. */
export const RUN_A_CYCLE = SOURCES.map(({ program }) => `node bin/${program}.js`).join('; ');
