/** The page in a real browser, on a phone and on a desk: values are read by touch and by hover, and axe finds nothing. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';
import { noBrowser, openPage } from '../support/browser';
import { homeWithHistory, NOW } from '../support/report-home';
import { PROJECT_ROOT } from '../support/run-command';

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
const DESK = { viewport: { width: 1280, height: 900 } };
const testBrowser = noBrowser === null ? test : test.skip;
const note = noBrowser === null ? '' : ` (skipped: ${noBrowser})`;
let url: string;

beforeAll(async () => {
  if (noBrowser !== null) return;
  const home = await homeWithHistory();
  const file = join(home.directory, 'page.html');
  await home.report({ format: 'html' }, { output: file });
  url = pathToFileURL(file).href;
});

const readoutOf = (page: Page, location: string) =>
  page.locator('section.card', { has: page.locator('h3', { hasText: location }) }).locator('.readout');
const plotOf = (page: Page, location: string) =>
  page.locator('section.card', { has: page.locator('h3', { hasText: location }) }).locator('.u-over');

/** What tests/support/report-home.ts says the sensor in the bath measured then: cold by night, with three quiet hours. */
function expectTruth(readout: string): void {
  const [, clock = '', value = ''] = /(\d\d:\d\d)\s*(-?\d+\.\d) °C/.exec(readout) ?? [];
  const [hours = 0, minutes = 0] = clock.split(':').map(Number);
  const hour = hours + minutes / 60;
  expect({ readout, hour: hour < 10 || hour > 12 }).toEqual({ readout, hour: true });
  expect(Math.abs(Number(value) - (16.3 + 2 * Math.sin((hour / 24) * 2 * Math.PI)))).toBeLessThan(0.15);
}

async function expectAccessible(page: Page): Promise<void> {
  await page.evaluate(readFileSync(join(PROJECT_ROOT, 'node_modules/axe-core/axe.min.js'), 'utf8'));
  const violations = await page.evaluate<{ id: string; nodes: { html: string }[] }[]>(
    'axe.run().then(({ violations }) => violations)',
  );
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`)).toEqual([]);
}

testBrowser(
  `on a phone: a tap shows time and value, two fingers zoom, two taps go back${note}`,
  async () => {
    const { page, problems } = await openPage(url, { ...PHONE, colorScheme: 'dark' });
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
    const plot = plotOf(page, 'Bad');
    await plot.scrollIntoViewIfNeeded();
    const box = (await plot.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    await page.touchscreen.tap(x, y);
    expectTruth(await readoutOf(page, 'Bad').innerText());
    // All charts show the same time.
    expect(await readoutOf(page, 'Hall').innerText()).toMatch(/\d\d:\d\d\s+air quality 21\.5 °C/);

    const touch = await page.context().newCDPSession(page);
    const now = Date.now() / 1000;
    const fingers = (type: 'touchStart' | 'touchMove' | 'touchEnd', places: number[], after = 0, top = y) =>
      touch.send('Input.dispatchTouchEvent', {
        ...{ type, timestamp: now + after },
        touchPoints: places.map((left, id) => ({ x: left, y: top, id })),
      });
    await fingers('touchStart', [x - 20, x + 20]);
    await fingers('touchMove', [x - 90, x + 90]);
    await fingers('touchMove', [x - 110, x + 110]);
    await fingers('touchEnd', []);
    await page.getByRole('button', { name: 'Whole time' }).waitFor();
    const zoomed = (await plotOf(page, 'Bad').boundingBox()) ?? box;
    for (const after of [1, 1.2]) {
      await fingers('touchStart', [x], after, zoomed.y + zoomed.height / 2);
      await fingers('touchEnd', [], after + 0.05);
    }
    await page.getByRole('button', { name: 'Whole time' }).waitFor({ state: 'detached' });
    await expectAccessible(page);
    expect(problems).toEqual([]);
  },
  60_000,
);

testBrowser(
  `on a phone: what it was in a room yesterday at three, by one finger that slides to that time${note}`,
  async () => {
    const { page } = await openPage(url, { ...PHONE, colorScheme: 'light' });
    const plot = plotOf(page, 'Bad');
    await plot.scrollIntoViewIfNeeded();
    const { x = 0, y = 0, width = 0 } = (await plot.boundingBox()) ?? {};
    const touch = await page.context().newCDPSession(page);
    const finger = (type: 'touchStart' | 'touchMove' | 'touchEnd', left?: number) =>
      touch.send('Input.dispatchTouchEvent', {
        type,
        touchPoints: left === undefined ? [] : [{ x: left, y: y + 40 }],
      });
    const wanted = Date.parse('1 Jan 2026 15:00');
    let left = x + width / 2;
    let readout = '';
    await finger('touchStart', left);
    // It slides as far as the time that it reads is away from the wanted one.
    for (let moves = 0; moves < 3; moves++) {
      readout = await readoutOf(page, 'Bad').innerText();
      const [, day = '', clock = ''] = /^\w+ (\d+ \w+) (\d\d:\d\d)/.exec(readout) ?? [];
      left += ((wanted - Date.parse(`${day} 2026 ${clock}`)) / 86_400_000) * width;
      await finger('touchMove', left);
    }
    await finger('touchEnd');
    expect(readout).toMatch(/^Thu 1 Jan (14:55|15:0\d)/);
    expectTruth(readout);
  },
  60_000,
);

testBrowser(
  `on a desk: hover, keys, ranges, quantities, all in one chart, lines off and on${note}`,
  async () => {
    const { page, problems } = await openPage(url, { ...DESK, colorScheme: 'light' });
    await page.clock.setFixedTime(NOW + 3 * 3_600_000);
    const plot = plotOf(page, 'Bad');
    await plot.scrollIntoViewIfNeeded();
    const box = (await plot.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
    await page.mouse.move(box.x + box.width / 3, box.y + 20);
    const hovered = await readoutOf(page, 'Bad').innerText();
    expectTruth(hovered);
    await page.locator('.plot').first().focus();
    await page.keyboard.press('ArrowRight');
    const next = await page.locator('.plot').first().getAttribute('aria-valuetext');
    expectTruth(next ?? '');
    expect(next).not.toBe(hovered);

    const trouble = page.locator('#trouble');
    expect(await trouble.innerText()).toContain('failed in 24 h');
    await page.getByRole('button', { name: '26 h' }).click();
    expect(await trouble.innerText()).toContain('failed in 26 h');
    expect(await page.locator('section.card h3').allInnerTexts()).toContain('Flur');
    await page.getByRole('button', { name: 'Dew point' }).click();
    expect(await page.locator('section.card h3').allInnerTexts()).toEqual(['Hall']);
    await page.getByRole('button', { name: 'Temperature' }).click();
    await page.getByRole('button', { name: 'One chart' }).click();
    const key = page.getByRole('button', { name: 'Küche' });
    expect(await page.locator('.readout').innerText()).toContain('45.0 °C');
    await key.click();
    expect(await key.getAttribute('aria-pressed')).toBe('false');
    expect(await page.locator('.readout').innerText()).not.toContain('45.0 °C');
    expect(await page.evaluate('location.hash')).toBe('#show=temperature&time=26+h&together=1');
    await page.locator('details.days summary').click();
    for (const summary of await page.locator('.tile summary').all()) await summary.click();
    await expectAccessible(page);
    expect(problems).toEqual([]);
  },
  60_000,
);

testBrowser(
  `light on a phone, dark on a desk; without a script, and hours later, it is honest${note}`,
  async () => {
    for (const options of [{ ...PHONE, colorScheme: 'light' } as const, { ...DESK, colorScheme: 'dark' } as const]) {
      const { page, problems } = await openPage(url, options);
      await expectAccessible(page);
      expect(problems).toEqual([]);
      expect(await page.locator('.tile .age').first().innerText()).toMatch(
        /^as of 2026-01-02 10:00|^as of 10:00, \d+ d ago/,
      );
      expect(await page.locator('.tile .age.late').count()).toBe(3);
    }
    const { page } = await openPage(url, { ...PHONE, javaScriptEnabled: false });
    expect(await page.locator('#charts').isVisible()).toBe(false);
    expect(await page.locator('.tile .number').allInnerTexts()).toEqual(['0.0', '21.5', '21.0']);
    expect(await page.locator('.days tbody tr').first().isVisible()).toBe(true);
  },
  60_000,
);
