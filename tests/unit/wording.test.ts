import { megabytes, plural, printable } from '../../lib/wording';

test('what a terminal would take as a command is masked, a run of it by one mark', () => {
  const evil = 'Hall\u001b[2J\r\n\u2028\u202e\u009b2J';
  expect(printable(evil)).toBe('Hall?[2J?2J');
  expect(printable(evil, ' ')).toBe('Hall [2J 2J');
  expect(printable('Küche 🏠')).toBe('Küche 🏠');
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
