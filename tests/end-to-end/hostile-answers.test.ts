/** Some of the answers of `npm run campaign hostile`: each ends as documented, in little memory, and is no defect. */
import { HOSTILE_ANSWERS, meet } from '../campaigns/collectors/hostile';
import { openHome } from '../support/home';

const SHORT = [
  'a list of 2.6 million empty lists',
  '7.9 million levels of lists',
  '1,000 names of 7 KB',
  '__proto__ and constructor',
];

test.each(SHORT)('%s', async (name) => {
  const hostile = HOSTILE_ANSWERS.find((each) => each.name === name);
  if (hostile === undefined) throw new Error(`there is no ${name}`);
  const home = await openHome({ cloud: false, config: { retry: { max_attempts: 0 } } });
  const { end, peakMegabytes, stderr } = await meet(home, hostile);
  expect(end).toBe(hostile.ends);
  expect(peakMegabytes).toBeLessThan(150);
  expect(stderr).not.toMatch(/defect|^ +at /m);
  if (end.startsWith('3 too')) {
    expect(await home.query('SELECT count(*) AS n, max(length(location)) AS longest FROM readings')).toEqual([
      { n: 500, longest: 255 },
    ]);
  }
});
