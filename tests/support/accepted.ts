/** The result that a collector makes of a source's answer, with the usual configuration. */
import { accept, type Acceptance, type SourceReport } from '../../lib/sources/accept';
import { createDeviceTexts } from '../../lib/sources/device-text';
import type { SourceAnswer } from '../../lib/sources/source';
import { VALIDATION } from './constants';
import { silentLogger } from './storage';

export function accepted(
  devices: readonly SourceAnswer[],
  given: Pick<Acceptance, 'row'> & Partial<Acceptance>,
): SourceReport {
  const { logger = silentLogger } = given;
  const usual = { locations: {}, validation: VALIDATION, maxDevices: 500, texts: createDeviceTexts(logger), logger };
  return accept(devices, { ...usual, ...given });
}
