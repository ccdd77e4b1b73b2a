/** The recipes of docs/health.md, read from the page and run as their programs run them. */
import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { UNUSED_EMAIL } from '../../support/constants';
import { openHome, type Home } from '../../support/home';
import { PROJECT_ROOT } from '../../support/run-command';

const PAGE = readFileSync(join(PROJECT_ROOT, 'docs', 'health.md'), 'utf8');
const block = (language: string, containing: string): string => {
  const blocks = [...PAGE.matchAll(/^```(\w*)\n(.*?)^```/gms)];
  const found = blocks.find(([, kind, text]) => kind === language && text?.includes(containing));
  if (found?.[2] === undefined) throw new Error(`docs/health.md has no ${language} block with ${containing}`);
  return found[2];
};

let home: Home;
beforeEach(async () => {
  home = await openHome({ secrets: { email: UNUSED_EMAIL } });
  mkdirSync(home.logDirectory);
});

interface Outcome {
  exitCode: number;
  stdout: string;
}

/** @param shell the shell with which the program runs the recipe */
function run(shell: readonly string[], command: string, environment: Record<string, string> = {}): Promise<Outcome> {
  const [program = '', ...flags] = shell;
  const typed = command
    .replaceAll('/home/me/home-temperature-monitor', PROJECT_ROOT)
    .replaceAll('/usr/bin/node', process.execPath)
    .replaceAll(/\bnode bin\//g, `${process.execPath} bin/`);
  const env = { PATH: '/usr/bin:/bin', HOME: '/nonexistent', HOME_MONITOR_CONFIG: home.configFile, ...environment };
  return new Promise((resolve) => {
    execFile(program, [...flags, typed], { cwd: PROJECT_ROOT, env }, (error, stdout) =>
      resolve({ exitCode: error === null ? 0 : Number(error.code), stdout }),
    );
  });
}

test('GitHub Actions: a valid configuration passes, a broken one is annotated and fails the step', async () => {
  const [step] = load(block('yaml', 'name:')) as [{ run: string; env: Record<string, string> }];
  expect(Object.keys(step.env)).toEqual(['HOME_MONITOR_CONFIG']);
  const github = (command: string) => run(['bash', '-e', '-c'], command, { GITHUB_ACTIONS: 'true' });
  expect(await github(step.run)).toMatchObject({ exitCode: 0, stdout: expect.not.stringContaining('::') as string });
  rmSync(home.secretsFile);
  const broken = await github(step.run);
  expect(broken.exitCode).toBe(2);
  expect(broken.stdout).toMatch(/^::error title=secrets::.*does not exist.*%0A.*install -m 600/m);
});

test('cron: no output while all checks pass, else a mail with the problem and its remediation', async () => {
  const line = block('', '--quiet').trim();
  const [, command = ''] = /^(?:\S+\s+){5}(.*)$/.exec(line) ?? [];
  expect(await run(['sh', '-c'], command)).toEqual({ exitCode: 0, stdout: '' });
  chmodSync(home.secretsFile, 0o644);
  const broken = await run(['sh', '-c'], command);
  expect(broken.exitCode).toBe(1);
  expect(broken.stdout).toMatch(/^fail {2}secrets .*\n {6}do: chmod 600 '/m);
  expect(broken.stdout).not.toMatch(/^pass/m);
});

test('cron without its own mail: the mail command gets the problem', async () => {
  const [, command = ''] = /^(?:\S+\s+){5}(.*)$/.exec(block('', 'mail -s').trim()) ?? [];
  const bin = join(home.directory, 'bin');
  const mailed = join(home.directory, 'mailed');
  mkdirSync(bin);
  writeFileSync(join(bin, 'mail'), `#!/bin/sh\necho "$@" > '${mailed}'; cat >> '${mailed}'\n`, { mode: 0o755 });
  const PATH = `${bin}:/usr/bin:/bin`;
  await run(['sh', '-c'], command, { PATH });
  expect(existsSync(mailed)).toBe(false);
  chmodSync(home.secretsFile, 0o644);
  await run(['sh', '-c'], command, { PATH });
  expect(readFileSync(mailed, 'utf8')).toMatch(/^-s home-temperature-monitor me@example\.org\nfail {2}secrets /);
});

test('Docker: 0 while it works, 1 for anything else', async () => {
  const [, command = ''] = /^HEALTHCHECK .* CMD (.*)$/m.exec(block('dockerfile', 'HEALTHCHECK')) ?? [];
  expect(await run(['/bin/sh', '-c'], command)).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(/^OK: /) as string,
  });
  rmSync(home.configFile);
  const critical = await run(['/bin/sh', '-c'], command);
  expect(critical).toMatchObject({ exitCode: 1, stdout: expect.stringMatching(/^CRITICAL: config \| /) as string });
  expect(critical.stdout.trimEnd().length).toBeLessThan(80);
});
