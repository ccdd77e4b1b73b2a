/** dist/ holds what V8 compiled of each command that cron runs; a start may rely on it, but never depend on it. */
import { appendFileSync, cpSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openHome, type Home } from '../support/home';
import { PROJECT_ROOT, startNode } from '../support/run-command';
import { scratchDirectory } from '../support/scratch';

const isAccepted = `
  const { readFileSync } = require('node:fs');
  const bundle = process.argv[1];
  const { Script } = require('node:vm');
  const options = { filename: bundle, cachedData: readFileSync(bundle + '.cache') };
  console.log(!new Script(readFileSync(bundle, 'latin1'), options).cachedDataRejected);`;

test.each(['collect-hue', 'collect-aqm', 'health'])('%s starts with code that is compiled already', async (name) => {
  const bundle = join(PROJECT_ROOT, 'dist', `${name}.bundle.js`);
  const { stdout, stderr } = await startNode(['-e', isAccepted, bundle]).result;
  expect([stdout, stderr]).toEqual(['true\n', '']);
});

describe('an installation whose compiled code', () => {
  let home: Home;
  let installation: string;
  let compiled: string;

  beforeAll(async () => {
    home = await openHome({ cloud: false, staysOpen: true });
  });
  afterAll(() => home.close());

  beforeEach(() => {
    installation = scratchDirectory();
    for (const name of ['bin/collect-hue.js', 'dist', 'package.json']) {
      cpSync(join(PROJECT_ROOT, name), join(installation, name), { recursive: true });
    }
    symlinkSync(join(PROJECT_ROOT, 'node_modules'), join(installation, 'node_modules'));
    compiled = join(installation, 'dist/collect-hue.bundle.js.cache');
  });

  const faults: [string, () => void][] = [
    ['is missing', () => rmSync(compiled)],
    ['is empty', () => truncateSync(compiled, 0)],
    ['was cut', () => truncateSync(compiled, 100_000)],
    ['is something else', () => writeFileSync(compiled, 'no code at all\n'.repeat(10_000))],
    ['belongs to another bundle', () => appendFileSync(join(installation, 'dist/collect-hue.bundle.js'), '\n// newer')],
  ];

  test.each(faults)('%s collects all the same', async (_, damage) => {
    damage();
    const { exitCode, stderr } = await startNode([join(installation, 'bin/collect-hue.js'), ...home.flags]).result;
    expect([exitCode, stderr]).toEqual([0, '']);
  });
});
