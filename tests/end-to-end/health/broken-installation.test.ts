/** Where health itself is broken it says so in a sentence and ends with 2, never with 1: that reads "some checks fail". */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { installationCopy } from './installation-copy';
import { openBench, type Bench } from './bench';

let bench: Bench;
afterEach(() => bench.close());

const broken = async (damage: (distHealth: string) => void) => {
  bench = await openBench({ cycles: false });
  bench.copy = installationCopy(bench.home.directory);
  damage(join(bench.home.directory, 'installation', 'dist', 'health.js'));
  const [plain, json] = [await bench.run('health'), await bench.run('health', ['--json'])];
  return { plain, json, object: JSON.parse(json.stdout) as { exit_code: number; error: { message: string } } };
};

test('dist/ is missing', async () => {
  const { plain, json, object } = await broken((file) => rmSync(file));
  expect(plain).toMatchObject({ exitCode: 2, stdout: '', stderr: expect.stringContaining('npm ci') as string });
  expect({ exit: json.exitCode, told: object.exit_code }).toEqual({ exit: 2, told: 2 });
});

test('dist/ is cut short', async () => {
  const { plain, json, object } = await broken((file) => {
    const bundle = file.replace(/js$/, 'bundle.js');
    const text = readFileSync(bundle, 'utf8');
    writeFileSync(bundle, text.slice(0, text.length / 2));
  });
  expect(plain).toMatchObject({ exitCode: 2, stderr: expect.stringMatching(/^health: .*npm ci/m) as string });
  expect({ exit: json.exitCode, told: object.exit_code }).toEqual({ exit: 2, told: 2 });
});

test('an error nobody caught', async () => {
  const { plain, json, object } = await broken((file) =>
    writeFileSync(file, `${readFileSync(file, 'utf8')}\nsetImmediate(() => { throw new TypeError('of nobody'); });\n`),
  );
  expect(plain).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('of nobody') as string });
  expect({ exit: json.exitCode, told: object.exit_code }).toEqual({ exit: 2, told: 2 });
});
