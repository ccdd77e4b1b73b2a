/** Where config.yaml names a device: what is written there under an old id has no effect on the new one. */
import type { Config } from '../config/config';
import { vendorIdOf } from '../sources/configured-for';
import { SOURCES } from '../sources/all';
import { sectionOf } from '../sources/source';

/** @returns `hue.locations`, `amazon_aqm.offsets`, `alerts` */
export function placesThatName(deviceId: string, config: Config): string[] {
  const source = SOURCES.find(({ idPrefix }) => deviceId.startsWith(`${idPrefix}:`));
  if (source === undefined) return [];
  const isMeant = (key: string | undefined) =>
    key !== undefined && vendorIdOf(key, source.idPrefix) === vendorIdOf(deviceId, source.idPrefix);
  const { locations = {}, offsets = {} } = sectionOf(config, source) ?? {};
  const inSection = Object.entries({ locations, offsets })
    .filter(([, values]) => Object.keys(values).some(isMeant))
    .map(([name]) => `${source.collector}.${name}`);
  const isInRule = (config.alerts ?? []).some(({ device }) => isMeant(device));
  return [...inSection, ...(isInRule ? ['alerts'] : [])];
}
