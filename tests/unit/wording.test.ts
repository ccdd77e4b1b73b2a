import { escapeUnseen, harmless, megabytes, plural, printable } from '../../lib/wording';

test('what a terminal would take as a command is masked, a run of it by one mark', () => {
  const evil = 'Hall\u001b[2J\r\n\u2028\u202e\u009b2J';
  expect(printable(evil)).toBe('Hall?[2J?2J');
  expect(printable(evil, ' ')).toBe('Hall [2J 2J');
  expect(printable('Küche 🏠')).toBe('Küche 🏠');
});

test('the last layer before a terminal leaves lines and the program’s own colours, and nothing else', () => {
  const evil = '\u001b]0;title\u0007\u001b[2J\u009b31mHall\u202e\rx\u001b[8mhidden';
  const own = '\u001b[31mbad\u001b[0m\n\tnext\n';
  expect(harmless(evil + own, true)).toBe(`?]0;title??[2J?31mHall??x?[8mhidden${own}`);
  expect(harmless(evil + own, false)).toBe('?]0;title??[2J?31mHall??x?[8mhidden?bad?\n\tnext\n');
  const bar = `\r[${'#'.repeat(8)}${'-'.repeat(12)}] 8 of 20 cycles\r\u001b[K`;
  expect(harmless(bar, true)).toBe(bar);
});

test('JSON keeps every character, but shows none that a reader would not see', () => {
  const text = '\u001b[2J\u009b\u2028\u202eKüche\ufeff';
  const json = escapeUnseen(JSON.stringify(text));
  expect(json).toBe('"\\u001b[2J\\u009b\\u2028\\u202eKüche\\ufeff"');
  expect(JSON.parse(json)).toBe(text);
});

test('one of them is not a plural', () => {
  expect([plural(0, 'sensor'), plural(1, 'sensor'), plural(2, 'sensor')]).toEqual([
    '0 sensors',
    '1 sensor',
    '2 sensors',
  ]);
});

test('bytes as megabytes', () => {
  expect(megabytes(12_340_000)).toBe('12.3 MB');
});
