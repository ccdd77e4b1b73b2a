/** Some of what `npm run campaign hostile` does: each cycle ends as documented, in little memory, and is no defect. */
import { meet } from '../campaigns/collectors/hostile';
import { AMAZON } from '../campaigns/collectors/hostile-amazon';
import { BRIDGE } from '../campaigns/collectors/hostile-bridge';
import { SERVICES_OF_HUE } from '../campaigns/collectors/hostile-services';
import { openHome } from '../support/home';

const SHORT = [
  'bridge: a list of 2.6 million empty lists',
  'bridge: 7.9 million levels of lists',
  'bridge: 1,000 names of 7 KB',
  'bridge: fields called `__proto__` and `constructor`',
  'Amazon: 60,000 cookies',
  'Amazon: a cookie of 7.9 MB',
  'Amazon: 16,000 monitors',
  'Amazon: 60,000 unknown values',
  'broker: a message without end',
];

test.each(SHORT)('%s', async (name) => {
  const hostile = [...BRIDGE, ...AMAZON, ...SERVICES_OF_HUE].find((each) => each.name === name);
  if (hostile === undefined) throw new Error(`there is no ${name}`);
  const home = await openHome({ config: { retry: { max_attempts: 0 } } });
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
