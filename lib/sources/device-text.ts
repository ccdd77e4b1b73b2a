/**
 * Makes text from a device well-formed and at most 255 characters long. The name of a device goes into the database,
 * the log and pages. Half a surrogate pair would be another text for SQLite than for us, and the reading would be lost;
 * a name of a megabyte that all sensors share would be in memory once for each sensor.
 */
import { isUtf8 } from 'node:buffer';
import type { Logger } from '../logging/logger';
import { maskedStart, type Redact } from '../logging/redact';

/** Of a name or an id, in UTF-16 code units, as JavaScript counts. */
export const LONGEST_TEXT = 255;

/** @returns the text with � for each half of a surrogate pair, cut at 255 characters, but not between two halves */
export function ownText(text: string): string {
  const beginning = text.slice(0, LONGEST_TEXT + 1).toWellFormed();
  if (beginning.length <= LONGEST_TEXT) return beginning;
  const endsInsideAPair = /[\ud800-\udbff]/.test(beginning.charAt(LONGEST_TEXT - 1));
  return beginning.slice(0, endsInsideAPair ? LONGEST_TEXT - 1 : LONGEST_TEXT);
}

/** @returns the text of a body with � for what is not UTF-8: one bad byte in one name must not lose all devices. */
export function decodeText(body: Buffer): string {
  return new TextDecoder().decode(body);
}

/**
 * A device can name its sensors after the key that it was given, or after a token. Only secrets that long are masked: a
 * shorter one, such as the name of a mail account, may be the name of a room.
 */
export const KEY_LENGTH = 16;

/** Repairs the texts of one cycle, and warns of the first that had to be changed. */
export interface DeviceTexts {
  /** `ownText` */
  own: (text: string) => string;
  /** Call it with a body that was read although it may not be UTF-8. */
  decoded: (body: Buffer) => void;
}

/** @param redact masks secrets of at least `KEY_LENGTH` characters */
export function createDeviceTexts(logger: Logger, redact: Redact = (text) => text): DeviceTexts {
  let hasWarned = false;
  const warnOnce = (what: string, fields: Record<string, unknown>) => {
    if (hasWarned) return;
    hasWarned = true;
    logger.warning('text_repaired', what, fields);
  };
  return {
    own(text) {
      const own = ownText(maskedStart(text, LONGEST_TEXT + 1, redact).shown);
      if (own !== text) {
        const what = `a name or id was not well-formed, longer than ${LONGEST_TEXT} characters, or held a secret: it counts as "${own}"`;
        warnOnce(what, { text: own, characters: text.length });
      }
      return own;
    },
    decoded(body) {
      if (!isUtf8(body)) warnOnce('an answer holds bytes that are not UTF-8: each of them counts as "\ufffd"', {});
    },
  };
}
