/** A copy of the project in which a mechanism can be switched off, and in which the tests that must fail are run. */
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Mechanism } from './mechanisms';

const ROOT = join(__dirname, '..', '..', '..');
const COPIED = ['bin', 'config', 'lib', 'tests', 'jest.config.js', 'package.json', 'tsconfig.json'];

type Proof = Mechanism['proofs'][number];
export type Verdict = 'red' | 'green' | 'did not run';

export interface SwitchedOff {
  /** Makes the edits and builds; the returned function restores the files. */
  switchOff(mechanism: Mechanism): () => void;
  /** one verdict for each proof, in their order */
  run(proofs: readonly Proof[]): Promise<Verdict[]>;
  remove(): void;
}

/** @returns for each edit that does not match the code any more: mechanism, file and text */
export function findGone({ name, edits }: Mechanism): string[] {
  return edits
    .filter(
      ([file, from]) =>
        !existsSync(join(ROOT, file)) || readFileSync(join(ROOT, file), 'utf8').split(from).length !== 2,
    )
    .map(([file, from]) => `${name}: ${file} does not have this once: ${from}`);
}

export function copyProject(): SwitchedOff {
  const copy = mkdtempSync(join(tmpdir(), 'switched-off-'));
  chmodSync(copy, 0o755); // some tests run the commands as another user
  for (const name of COPIED) cpSync(join(ROOT, name), join(copy, name), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  const build = () => {
    const { status, stderr } = spawnSync(process.execPath, [join(copy, 'lib', 'packaging', 'build.mjs')]);
    if (status !== 0) throw new Error(`the build failed: ${String(stderr)}`);
  };
  build();
  return {
    switchOff({ edits }) {
      const before = new Map<string, string>();
      for (const [name, from, to] of edits) {
        const file = join(copy, name);
        const text = readFileSync(file, 'utf8');
        if (!before.has(file)) before.set(file, text);
        writeFileSync(
          file,
          text.replace(from, () => to),
        );
      }
      build();
      return () => {
        for (const [file, text] of before) writeFileSync(file, text);
      };
    },
    run: (proofs) => runProofs(copy, proofs),
    remove: () => rmSync(copy, { recursive: true, force: true }),
  };
}

interface JestAnswer {
  testResults: { name: string; assertionResults: { fullName: string; status: string }[] }[];
}

async function runProofs(copy: string, proofs: readonly Proof[]): Promise<Verdict[]> {
  const answerFile = join(copy, 'answer.json');
  rmSync(answerFile, { force: true });
  const files = [...new Set(proofs.map(([file]) => `/${file}\\.test\\.ts$`))];
  const titles = proofs.map(([, title]) => title.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|');
  // Its own process group: without a deadline, processes may remain that never end by themselves.
  const jest = spawn(
    process.execPath,
    [
      join(copy, 'node_modules/jest/bin/jest.js'),
      ...files,
      '-w',
      '1',
      '-t',
      titles,
      '--json',
      '--outputFile',
      answerFile,
      '--forceExit',
    ],
    { cwd: copy, stdio: 'ignore', detached: true },
  );
  await new Promise((resolve) => jest.once('exit', resolve));
  try {
    process.kill(-(jest.pid ?? 0), 'SIGKILL');
  } catch {
    // No process is left.
  }
  const { testResults } = JSON.parse(readFileSync(answerFile, 'utf8')) as JestAnswer;
  return proofs.map(([file, title]) => {
    const ran = testResults
      .filter(({ name }) => name.endsWith(`${file}.test.ts`))
      .flatMap(({ assertionResults }) => assertionResults)
      .filter(({ fullName, status }) => fullName.includes(title) && ['passed', 'failed'].includes(status));
    if (ran.length === 0) return 'did not run';
    return ran.some(({ status }) => status === 'failed') ? 'red' : 'green';
  });
}
