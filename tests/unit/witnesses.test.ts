/** docs/decisions/which-clock-is-believed.md, case by case. */
import { judgeClock, PROGRAM_WRITTEN_MS, type ClockVerdict, type Witnesses } from '../../lib/witnesses';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const YEAR = 366 * DAY;
/** What a right clock says. */
const NOW = PROGRAM_WRITTEN_MS + 100 * DAY;
const IN_1970 = 3 * MINUTE;
const IN_2069 = Date.UTC(2069, 0, 1);

/** The device's clock is right if nothing is said of it; a cycle five minutes ago is the newest one. */
function judged({ theirs = NOW, ...given }: Partial<Witnesses> & { theirs?: number | null }): ClockVerdict {
  const { oursMs = NOW } = given;
  return judgeClock({
    oursMs,
    differenceMs: theirs === null ? null : theirs - oursMs,
    isProved: false,
    isKept: false,
    cloudDifferenceMs: null,
    newestMs: NOW - 5 * MINUTE,
    nearMs: 15 * MINUTE,
    ...given,
  });
}

type Case = [name: string, given: Parameters<typeof judged>[0], believed: 'ours' | 'theirs' | 'nobody'];
const BRIDGE = { isProved: true };
const CLOUD = { isProved: true, isKept: true };
const AHEAD = { oursMs: NOW + 2 * HOUR };
const BEHIND = { oursMs: NOW - 2 * HOUR };
const FIRST = { newestMs: null };

test.each<Case>([
  ['both clocks agree', {}, 'ours'],
  ['they differ by a minute', { oursMs: NOW + MINUTE }, 'ours'],
  ['they agree, and a cycle in the future is stored', { newestMs: NOW + 9 * DAY }, 'ours'],
  ['they agree on 1970', { oursMs: IN_1970, theirs: IN_1970 }, 'nobody'],
  ['the device tells no time', { theirs: null }, 'ours'],
  ['… in a first cycle', { theirs: null, ...FIRST }, 'ours'],
  ['… and ours is before the newest cycle', { theirs: null, ...BEHIND }, 'nobody'],
  ['… and ours is in 1970', { theirs: null, oursMs: IN_1970, ...FIRST }, 'nobody'],
  ['a cloud, and ours is ahead', { ...CLOUD, ...AHEAD }, 'theirs'],
  ['a cloud, and ours is behind, in a first cycle', { ...CLOUD, ...BEHIND, ...FIRST }, 'theirs'],
  ['a cloud against the newest cycle', { ...CLOUD, ...AHEAD, newestMs: NOW + 2 * HOUR - 5 * MINUTE }, 'theirs'],
  ['a proved bridge, and ours is in 1970', { ...BRIDGE, oursMs: IN_1970 }, 'theirs'],
  ['… in a first cycle', { ...BRIDGE, oursMs: IN_1970, ...FIRST }, 'theirs'],
  ['a proved bridge, and ours is ahead', { ...BRIDGE, ...AHEAD }, 'theirs'],
  ['… in a first cycle', { ...BRIDGE, ...AHEAD, ...FIRST }, 'theirs'],
  ['… by two minutes', { ...BRIDGE, oursMs: NOW + 2 * MINUTE }, 'theirs'],
  ['… by years', { ...BRIDGE, oursMs: IN_2069 }, 'theirs'],
  ['ours goes on where it was switched off', { ...BRIDGE, oursMs: NOW - 14 * DAY, newestMs: NOW - 14 * DAY }, 'theirs'],
  ['… and the bridge is over a year later', { ...BRIDGE, oursMs: NOW, theirs: NOW + YEAR }, 'nobody'],
  ['… in a first cycle, and the bridge is in 2069', { ...BRIDGE, theirs: IN_2069, ...FIRST }, 'nobody'],
  ['a proved bridge that is in 2016', { ...BRIDGE, theirs: Date.UTC(2016, 0, 1) }, 'ours'],
  ['… in a first cycle', { ...BRIDGE, theirs: Date.UTC(2016, 0, 1), ...FIRST }, 'ours'],
  ['… and ours is in 1970', { ...BRIDGE, theirs: Date.UTC(2016, 0, 1), oursMs: IN_1970 }, 'nobody'],
  ['a proved bridge that is two hours behind', { ...BRIDGE, theirs: NOW - 2 * HOUR }, 'ours'],
  ['… and ours is before the newest cycle, too', { ...BRIDGE, theirs: NOW - 3 * HOUR, ...BEHIND }, 'nobody'],
  ['… and ours is over a year after it', { ...BRIDGE, theirs: NOW - 2 * HOUR, oursMs: IN_2069 }, 'nobody'],
  ['a proved bridge against a cloud', { ...BRIDGE, theirs: NOW + 2 * HOUR, cloudDifferenceMs: 0 }, 'ours'],
  ['a proved bridge with a cloud', { ...BRIDGE, ...AHEAD, cloudDifferenceMs: -2 * HOUR }, 'theirs'],
  ['http, and ours is in 1970', { oursMs: IN_1970 }, 'theirs'],
  ['… in a first cycle', { oursMs: IN_1970, ...FIRST }, 'theirs'],
  ['http, near the newest cycle, and ours is not', AHEAD, 'theirs'],
  ['… and ours is in 2069', { oursMs: IN_2069 }, 'theirs'],
  ['http, near the newest cycle, and so is ours', { oursMs: NOW + 5 * MINUTE }, 'ours'],
  ['http, behind the newest cycle', { theirs: NOW - 2 * HOUR }, 'ours'],
  ['http, two hours ahead', { theirs: NOW + 2 * HOUR }, 'nobody'],
  ['http in a first cycle', { ...AHEAD, ...FIRST }, 'nobody'],
  ['http, and both are long after the newest cycle', { ...AHEAD, newestMs: NOW - 9 * DAY }, 'nobody'],
  ['http, with a cloud', { ...AHEAD, ...FIRST, cloudDifferenceMs: -2 * HOUR }, 'theirs'],
  ['http, against a cloud', { theirs: NOW + 2 * HOUR, ...FIRST, cloudDifferenceMs: 0 }, 'ours'],
])('%s: %j', (_name, given, believed) => {
  const verdict = judged(given);
  const differenceMs = (given.theirs === undefined ? NOW : (given.theirs ?? NaN)) - (given.oursMs ?? NOW);
  const isDifference = Math.abs(differenceMs) > MINUTE;
  expect(verdict).toMatchObject({
    clock: { ours: 'ok', theirs: 'corrected', nobody: 'doubtful' }[believed],
    correctionMs: believed === 'theirs' ? differenceMs : 0,
    deviceErrorMs: believed === 'ours' && isDifference ? differenceMs : 0,
  });
});

test('three clocks that all differ: the cloud decides, and the device is told apart', () => {
  const given = { oursMs: NOW + 2 * HOUR, theirs: NOW + 9 * HOUR, cloudDifferenceMs: -2 * HOUR, ...BRIDGE };
  expect(judged(given)).toMatchObject({ clock: 'corrected', correctionMs: -2 * HOUR, deviceErrorMs: 9 * HOUR });
});

test.each<[string, Parameters<typeof judged>[0], number | null]>([
  ['two clocks agree', {}, NOW],
  ['a cloud is believed', { ...CLOUD, ...AHEAD, newestMs: NOW - 90 * DAY }, NOW],
  ['a cloud agrees with ours against a bridge', { ...BRIDGE, theirs: NOW + HOUR, cloudDifferenceMs: 0 }, NOW],
  ['nobody is believed', { theirs: NOW + 2 * HOUR }, null],
  ['the device tells no time', { theirs: null }, null],
  ['a bridge alone is believed', { ...BRIDGE, ...AHEAD, newestMs: NOW - 90 * DAY }, NOW - 89 * DAY],
  ['… in a first cycle', { ...BRIDGE, ...AHEAD, ...FIRST }, null],
  ['ours is believed against an impossible one', { theirs: IN_1970, newestMs: NOW - 90 * DAY }, NOW - 89 * DAY],
  ['ours is believed because of the newest cycle', { theirs: NOW - 9 * DAY }, NOW - 9 * DAY],
])('what may be forgotten if %s', (_name, given, forgetAtMs) => {
  expect(judged(given).forgetAtMs).toBe(forgetAtMs);
});
