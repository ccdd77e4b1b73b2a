/** What the configuration says of single devices (`locations`, `offsets`), by the ids that a person copies. */
import type { Logger } from '../logging/logger';
import type { DeviceAnswer } from './source';

/** id of a device, as the vendor calls it or with our prefix → what is configured for it */
export type Configured<T> = Readonly<Record<string, T>>;

/** What the configuration says of a device; capitals and our prefix do not matter. */
export function configuredFor<T>(
  { aliases }: Extract<DeviceAnswer, { name: string }>,
  idPrefix: string,
  configured: Configured<T>,
): T | undefined {
  const entries = Object.entries(configured);
  for (const alias of aliases) {
    const found = entries.find(([key]) => vendorIdOf(key, idPrefix) === alias.toLowerCase());
    if (found !== undefined) return found[1];
  }
  return undefined;
}

/** An id as a person copies it, from the vendor's app or from what we print, in lower case and without our prefix. */
export function vendorIdOf(key: string, idPrefix: string): string {
  const id = key.toLowerCase();
  return id.startsWith(`${idPrefix}:`) ? id.slice(idPrefix.length + 1) : id;
}

/** A key that names no device is a typing mistake, or a device that is gone; it would have no effect in silence. */
export function warnOfUnused(
  devices: readonly DeviceAnswer[],
  idPrefix: string,
  sections: Readonly<Record<'locations' | 'offsets', Configured<unknown>>>,
  logger: Logger,
): void {
  const known = new Set(
    devices.flatMap(({ deviceId, aliases = [] }) => [...aliases, deviceId].map((alias) => vendorIdOf(alias, idPrefix))),
  );
  for (const [section, configured] of Object.entries(sections)) {
    const unused = Object.keys(configured).filter((key) => !known.has(vendorIdOf(key, idPrefix)));
    if (unused.length === 0 || devices.length === 0) continue;
    const message = `${section} in the configuration names what no device of the answer has: ${unused.join(', ')}`;
    logger.warning(section === 'offsets' ? 'offset_unused' : 'location_unused', message, { keys: unused });
  }
}
