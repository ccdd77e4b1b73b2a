/** A real browser for tests of the page: Debian's Chromium, or none. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';

const PROGRAM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

/** Why the tests that need it are skipped; null if it is there. */
export const noBrowser: string | null = existsSync(PROGRAM) ? null : `${PROGRAM} is not installed`;

const FLAGS = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
  ...['--disable-component-update', '--disable-sync'],
];

/** For tests/coverage/run.mjs: the script of the page with its source map, as if a process had run it as a file. */
const PAGE_SCRIPT = pathToFileURL(join(__dirname, '../../dist/page-script.js')).href;
const coverage = process.env['CHILD_COVERAGE'];
const opened: Page[] = [];

/** Writes down what the browser ran of the page's script, in the form of Node.js. */
async function writeCoverage(directory: string): Promise<void> {
  for (const [index, page] of opened.entries()) {
    const scripts = await page.coverage.stopJSCoverage();
    const result = scripts
      .filter(({ source = '' }) => source.includes('uPlot.js'))
      .map(({ scriptId, functions }) => ({ scriptId, url: PAGE_SCRIPT, functions }));
    writeFileSync(
      join(directory, `coverage-${process.pid}-${Date.now()}-page-${index}.json`),
      JSON.stringify({ result }),
    );
  }
}

let started: Promise<Browser> | undefined;

/** One for all tests of a file, with an empty profile of its own. */
const browser = (): Promise<Browser> =>
  (started ??= chromium.launch({ executablePath: PROGRAM, headless: true, args: FLAGS }));

afterAll(async () => {
  if (coverage !== undefined) await writeCoverage(coverage);
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
  if (coverage !== undefined && options.javaScriptEnabled !== false) {
    await page.coverage.startJSCoverage({ resetOnNavigation: false });
    opened.push(page);
  }
  await page.goto(url);
  return { page, problems };
}
