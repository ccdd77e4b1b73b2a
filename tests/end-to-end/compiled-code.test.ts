/** dist/ contains the code that V8 has compiled for each command that cron runs; a start uses it, but works without it. */
import { appendFileSync, cpSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openHome, type Home } from '../support/home';
import { PROJECT_ROOT, startNode } from '../support/run-command';
import { scratchDirectory } from '../support/scratch';

let home: Home;
let installation: string;
let bundle: string;
let compiled: string;

beforeAll(async () => {
  home = await openHome({ cloud: false });
});
afterAll(() => home.close());

beforeEach(() => {
  installation = scratchDirectory();
  for (const name of ['bin', 'dist', 'package.json']) {
    cpSync(join(PROJECT_ROOT, name), join(installation, name), { recursive: true });
  }
  symlinkSync(join(PROJECT_ROOT, 'node_modules'), join(installation, 'node_modules'));
  bundle = join(installation, 'dist/collect-hue.bundle.js');
  compiled = `${bundle}.cache`;
});

/** Prints at the end whether V8 accepted the given code: true, false, or undefined if there was none. */
const REPORTER = `
  const vm = require('node:vm');
  vm.Script = class extends vm.Script {
    constructor(source, options) {
      super(source, options);
      process.once('exit', () => console.log('rejected:', this.cachedDataRejected));
    }
  };`;
const GIVEN = 'rejected: false\n';
const NOT_GIVEN = 'rejected: undefined\n';

/** Without the variable that measures coverage, because coverage does not use compiled code. */
async function start(command: string, ...words: string[]) {
  const reporter = join(installation, 'reporter.cjs');
  writeFileSync(reporter, REPORTER);
  const script = join(installation, 'bin', `${command}.js`);
  const environment = { NODE_V8_COVERAGE: '' };
  const { exitCode, stdout, stderr } = await startNode(['--require', reporter, script, ...words], { environment })
    .result;
  return { exitCode, stdout, stderr };
}

const collected = (said: string) => ({ exitCode: 0, stdout: said, stderr: '' });

test.each(['collect-hue', 'collect-aqm', 'health', 'report'])('%s starts with compiled code', async (name) => {
  expect((await start(name, '--version')).stdout).toMatch(/^\d+\.\d+\.\d+\nrejected: false\n$/);
});

test('an edited bundle runs in its new form, even if it is as long as before', async () => {
  const text = readFileSync(bundle, 'latin1');
  const edited = text.replaceAll('one collection cycle of the Hue Bridge', 'One Collection Cycle of the Hue Bridge');
  expect(edited).not.toBe(text);
  writeFileSync(bundle, edited, 'latin1');
  const { exitCode, stdout } = await start('collect-hue', '--help');
  expect([exitCode, stdout.split('\n')[0]]).toEqual([0, 'collect-hue: One Collection Cycle of the Hue Bridge']);
});

describe('an installation whose compiled code', () => {
  const flipBit = (offset: number) => () => {
    const content = readFileSync(compiled);
    const at = offset < 0 ? content.length + offset : offset;
    content.writeUInt8(content.readUInt8(at) ^ 0x10, at);
    writeFileSync(compiled, content);
  };
  const change = (edit: (content: Buffer) => Buffer) => () => writeFileSync(compiled, edit(readFileSync(compiled)));
  const faults: [string, () => void][] = [
    ['is missing', () => rmSync(compiled)],
    ['is empty', () => truncateSync(compiled, 0)],
    ['was cut', () => truncateSync(compiled, 100_000)],
    ['was cut by two bytes', change((content) => content.subarray(0, -2))],
    ['is too long', () => appendFileSync(compiled, 'more')],
    ['is something else', () => writeFileSync(compiled, 'no code at all\n'.repeat(10_000))],
    ['is another command’s', () => cpSync(join(installation, 'dist/health.bundle.js.cache'), compiled)],
    ['belongs to another bundle', () => appendFileSync(bundle, '\n// newer')],
    [
      'is of another Node.js',
      change((content) =>
        Buffer.from(content.toString('latin1').replace(/v[\d.]+( \w+ \w+)$/, 'v20.0.00$1'), 'latin1'),
      ),
    ],
    ...[0, 5, 9, 13, 17, 21, 30, 64, 1000, 50_000, 200_000, 400_000, -300_000, -1000, -1].map(
      (offset): [string, () => void] => [`has a wrong bit in byte ${offset}`, flipBit(offset)],
    ),
  ];

  test.each(faults)('%s collects nevertheless, without it', async (_, damage) => {
    damage();
    expect(await start('collect-hue', ...home.flags)).toEqual(collected(NOT_GIVEN));
  });

  test('is not damaged collects with it', async () => {
    expect(await start('collect-hue', ...home.flags)).toEqual(collected(GIVEN));
  });
});
