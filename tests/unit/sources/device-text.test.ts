/** Text from a device, repaired: what SQLite, JSON and a page can all hold, and no longer than a name. */
import { createDeviceTexts, decodeText, LONGEST_TEXT, ownText } from '../../../lib/sources/device-text';
import { recordingLogger } from '../../support/recording-logger';

const long = (characters: number) => 'x'.repeat(characters);
const SMILE = '\u{1f600}';

test.each([
  ['a name', 'Küche', 'Küche'],
  ['a whole pair', `Hall ${SMILE}`, `Hall ${SMILE}`],
  ['NUL and line ends', 'a\u0000b\n', 'a\u0000b\n'],
  ['the first half of a pair', 'Hall \ud83c', 'Hall \ufffd'],
  ['the second half of a pair', '\ude00 Hall', '\ufffd Hall'],
  ['the halves in the wrong order', '\ude00\ud83d', '\ufffd\ufffd'],
  ['the longest', long(LONGEST_TEXT), long(LONGEST_TEXT)],
  ['one character more', long(LONGEST_TEXT + 1), long(LONGEST_TEXT)],
  ['a pair before the cut', `${long(253)}${SMILE}y`, `${long(253)}${SMILE}`],
  ['a pair across the cut', `${long(254)}${SMILE}`, long(254)],
  ['half a pair at the cut', `${long(254)}\ud83dyy`, `${long(254)}\ufffd`],
  ['a megabyte of pairs', SMILE.repeat(250_000), SMILE.repeat(127)],
])('%s', (_, text, own) => {
  expect(ownText(text)).toBe(own);
  expect(own.isWellFormed()).toBe(true);
});

test.each([
  ['UTF-8', Buffer.from('"Küche"'), '"Küche"'],
  ['a byte order mark', Buffer.from('\ufeff{}'), '{}'],
  ['a byte of Latin-1', Buffer.from('"K\xfcche"', 'latin1'), '"K\ufffdche"'],
  ['a character that was cut', Buffer.from([0x22, 0x4b, 0xc3, 0x22]), '"K\ufffd"'],
])('a body with %s', (_, body, text) => {
  expect(decodeText(body)).toBe(text);
});

test('what had to be changed is warned of once', () => {
  const logger = recordingLogger();
  const texts = createDeviceTexts(logger);
  texts.own('Hall');
  texts.decoded(Buffer.from('Küche'));
  expect(logger.events).toEqual([]);
  texts.own('Hall \ud83c');
  texts.own(long(300));
  texts.decoded(Buffer.from([0xfc]));
  expect(logger.events).toMatchObject([{ level: 'warning', event: 'text_repaired', fields: { text: 'Hall \ufffd' } }]);
});

test('a name that holds the key loses it, before it is cut', () => {
  const key = 'a-long-key-0123456789';
  const { own } = createDeviceTexts(recordingLogger(), (text) => text.replaceAll(key, '<redacted>'));
  expect(own(`Hall ${key}`)).toBe('Hall <redacted>');
  expect(own(`${long(250)}${key}`)).toBe(`${long(250)}<reda`);
});
