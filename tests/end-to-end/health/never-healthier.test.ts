/** Where no cycle can store anything, health is critical: it tries what a collector does, by the same code. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { isRoot } from '../../support/as-user';
import { askHealth, openBench, type Bench, type BenchOptions } from './bench';

const hasProgram = (name: string) => spawnSync('which', [name]).status === 0;
const unmount = (directory: string) => () => void execFileSync('umount', ['-l', directory]);

/** A file system made of a folder; the home's user owns what is in it. */
function layOver(bench: Bench, program: string, options: readonly string[]): void {
  const [below, data] = [join(bench.home.directory, 'below'), bench.home.dataDirectory];
  for (const folder of [below, data]) mkdirSync(folder);
  bench.own();
  execFileSync(program, [...options, below, data]);
  bench.onClose(unmount(data));
}

interface Situation {
  name: string;
  /** a program that is needed, as root */
  mounts?: string;
  bench?: BenchOptions;
  breakIt: (bench: Bench) => unknown;
  says: RegExp;
  /** what asks the devices cannot know it before */
  isAsked?: true;
}

const SITUATIONS: readonly Situation[] = [
  {
    name: 'a data directory that is a link to nothing',
    breakIt: ({ home }) => symlinkSync(join(home.directory, 'disk'), home.dataDirectory),
    says: /symbolic link to .*disk, which is not there/,
  },
  {
    name: 'a database that is a link to nothing',
    breakIt: (bench) => {
      mkdirSync(join(bench.home.dataDirectory, 'spool'), { recursive: true });
      symlinkSync('/nowhere/readings.db', bench.home.databaseFile);
      mkdirSync(join(bench.home.dataDirectory, 'spool', '.write-test'));
      bench.own();
    },
    says: /readings\.db is a symbolic link|write-test is a directory/,
  },
  {
    name: 'a file system without shared memory',
    mounts: 'mergerfs',
    breakIt: (bench) => {
      layOver(bench, 'mergerfs', ['-o', 'cache.files=off,allow_other']);
    },
    says: /offers no shared memory/,
    isAsked: true,
  },
  {
    name: 'a disk that is read-only',
    mounts: 'bindfs',
    breakIt: (bench) => {
      layOver(bench, 'bindfs', ['-r']);
    },
    says: /read-only file system/,
  },
  {
    name: 'a disk that is not mounted',
    bench: { config: { storage: { require_mount: true } } },
    breakIt: () => undefined,
    says: /not on a disk of its own/,
  },
  {
    name: 'a bridge of which every value is malformed',
    breakIt: ({ home }) => {
      for (const sensor of Object.values(home.bridge.home.resources.sensors)) {
        if ('temperature' in sensor.state) Object.assign(sensor.state, { temperature: '2150' });
      }
    },
    says: /usable|malformed/,
    isAsked: true,
  },
];

const cannotMount = ({ mounts }: Situation) => mounts !== undefined && (!isRoot || !hasProgram(mounts));
const titled = SITUATIONS.map((situation) => {
  const why = cannotMount(situation) ? ` (skipped: it needs root and ${situation.mounts ?? ''})` : '';
  return { ...situation, title: situation.name + why, skips: why !== '' };
});

describe.each(titled)('$title', ({ skips, bench: options, breakIt, says, isAsked }) => {
  (skips ? test.skip : test)('neither stores anything, and both say why', async () => {
    const bench = await openBench({ cycles: false, cloud: false, ...options });
    await breakIt(bench);
    const before = await askHealth(bench);
    const cycle = await bench.run('collect-hue');
    const after = await askHealth(bench);
    expect(cycle.stderr).toMatch(says);
    for (const { exitCode, checks } of [before, after]) {
      expect(checks.map(({ message }) => message).join('\n')).toMatch(says);
      expect(exitCode).toBe(2);
    }
    expect(cycle.exitCode).toBe(1);
    if (!isAsked) expect(bench.bridge.requests.filter(({ path }) => path.includes('/api/')).length).toBeLessThan(3);
  });
});

const canLay = isRoot && hasProgram('bindfs');
(canLay ? test : test.skip)(
  `a file system that knows no modes: cycles are stored, and both say that nothing can be spooled${canLay ? '' : ' (skipped: it needs root and bindfs)'}`,
  async () => {
    const bench = await openBench({ cycles: false, cloud: false });
    layOver(bench, 'bindfs', ['--chmod-deny', '--chown-deny']);
    const before = await askHealth(bench, ['database']);
    const cycle = await bench.run('collect-hue');
    const after = await askHealth(bench, ['database']);
    expect(cycle).toMatchObject({ exitCode: 0, stderr: '' });
    expect(bench.home.logged('not_writable')).toMatchObject([{ level: 'warning' }]);
    for (const { exitCode, checks } of [before, after]) {
      expect(exitCode).toBe(1);
      expect(checks[0]?.message).toMatch(/no reading can be kept in .*spool while the database cannot be written/);
    }
  },
);
