/** What a person can do about the warnings of a source, for its check in health. */
import type { Problem } from '../check/check';
import type { WarningCollector } from '../check/warnings';
import type { Remedy } from '../errors';

export interface WarningRemedies {
  /** in which a person changes the devices: `Hue app` */
  app: string;
  /** of config.yaml: `hue` */
  section: string;
  /** looks again, when that is done */
  command: string;
  /** event → what to do about a warning that no other source has */
  own: Readonly<Partial<Record<string, string | Remedy>>>;
  /** for every other one */
  otherwise: string;
}

export function warningProblems(
  warnings: WarningCollector['warnings'],
  { app, section, command, own, otherwise }: WarningRemedies,
): Problem[] {
  const unused = (key: string): Remedy => ({
    say: `Correct or remove these keys below ${section}.${key} in config.yaml; the ids are in`,
    command: 'node bin/report.js',
  });
  const remedies: WarningRemedies['own'] = {
    text_repaired: `Rename the room or device in the ${app}`,
    duplicate_id: `If it was added twice, remove the old one in the ${app}`,
    too_many_devices: 'If all of them are yours, raise collection.max_devices in config.yaml',
    location_unused: unused('locations'),
    offset_unused: unused('offsets'),
    ...own,
  };
  return warnings.map(({ event, message }) => {
    const remedy = remedies[event] ?? otherwise;
    return {
      status: 'warn',
      message,
      remediation: typeof remedy === 'string' ? { say: `${remedy}, then`, command } : remedy,
    };
  });
}
