/** If health itself is broken, a message says so and it ends with 2, never with 1, which means "some checks fail". */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { installationCopy } from './installation-copy';
import { openBench, type Bench } from './bench';

let bench: Bench;

const broken = async (file: string, damage: (path: string) => void) => {
  bench = await openBench({ cycles: false });
  bench.copy = installationCopy(bench.home.directory);
  damage(join(bench.home.directory, 'installation', 'dist', file));
  const [plain, json] = [await bench.run('health'), await bench.run('health', ['--json'])];
  return { plain, json, object: JSON.parse(json.stdout) as { exit_code: number; error: { message: string } } };
};

const cut = (path: string) => {
  const text = readFileSync(path, 'utf8');
  writeFileSync(path, text.slice(0, text.length / 2));
};

describe.each(['health.js', 'health.bundle.js'])('dist/%s', (file) => {
  test.each<[string, (path: string) => void]>([
    ['missing', (path) => rmSync(path)],
    ['cut short', cut],
    ['empty', (path) => writeFileSync(path, '')],
  ])('is %s', async (_how, damage) => {
    const { plain, json, object } = await broken(file, damage);
    expect(plain).toMatchObject({
      exitCode: 2,
      stdout: '',
      stderr: expect.stringMatching(/^health: .*npm ci\n$/) as string,
    });
    expect({ exit: json.exitCode, json: object.exit_code }).toEqual({ exit: 2, json: 2 });
  });
});

test('an uncaught error', async () => {
  const { plain, json, object } = await broken('health.js', (file) =>
    writeFileSync(file, `${readFileSync(file, 'utf8')}\nsetImmediate(() => { throw new TypeError('of nobody'); });\n`),
  );
  expect(plain).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('of nobody') as string });
  expect({ exit: json.exitCode, json: object.exit_code }).toEqual({ exit: 2, json: 2 });
});
