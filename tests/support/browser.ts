/** A real browser for tests of the page: Debian's Chromium, or none. */
import { existsSync } from 'node:fs';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';

const PROGRAM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

/** Why the tests that need it are skipped; null if it is there. */
export const noBrowser: string | null = existsSync(PROGRAM) ? null : `${PROGRAM} is not installed`;

const FLAGS = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
  ...['--disable-component-update', '--disable-sync'],
];

let started: Promise<Browser> | undefined;

/** One for all tests of a file, with an empty profile of its own. */
const browser = (): Promise<Browser> =>
  (started ??= chromium.launch({ executablePath: PROGRAM, headless: true, args: FLAGS }));

afterAll(async () => {
  await (await started)?.close();
});

export interface Opened {
  page: Page;
  /** what the page complained of */
  problems: string[];
}

export async function openPage(url: string, options: BrowserContextOptions): Promise<Opened> {
  const context = await (await browser()).newContext(options);
  const page = await context.newPage();
  const problems: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) problems.push(message.text());
  });
  page.on('pageerror', (error) => problems.push(error.message));
  await page.goto(url);
  return { page, problems };
}
