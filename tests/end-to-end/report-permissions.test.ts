/** Reports by every user and to every place: collectors keep working, old files are kept, and obstacles are reported. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isRoot, NOBODY } from '../support/as-user';
import { nthCycle } from '../support/cycles';
import { history } from '../support/report-home';
import { PROJECT_ROOT } from '../support/run-command';
import { installation } from '../support/report-installation';

(isRoot ? test : test.skip)(
  `a report by root, or by anybody else, leaves the collectors able to write${isRoot ? '' : ' (skipped: only root can become another user)'}`,
  async () => {
    const { report, data } = await installation([nthCycle(1)]);
    mkdirSync(join(data, 'spool'), { mode: 0o700 }); // as every cycle makes the folder
    // The collectors run as `nobody`; all users may read the database and write in its folder.
    spawnSync('chown', ['-R', `${NOBODY}:${NOBODY}`, data]);
    chmodSync(data, 0o777);
    chmodSync(join(data, 'readings.db'), 0o644);
    for (const [uid, format] of [0, 12345].flatMap((each) =>
      ['table', 'json', 'html', 'prometheus'].map((format) => [each, format] as const),
    )) {
      const { exitCode, stdout, stderr } = await report(['--format', format], { uid });
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
      // If this user cannot see the spool, the report must not say that it is empty.
      if (format === 'prometheus') expect(stdout.includes('climate_spooled_cycles')).toBe(uid === 0);
      const foreign = readdirSync(data).filter((name) => statSync(join(data, name)).uid !== NOBODY);
      expect(foreign).toEqual([]);
    }
  },
);

(isRoot ? test : test.skip)(
  `a user who may not read, or not write there, gets a message${isRoot ? '' : ' (skipped: only root can become another user)'}`,
  async () => {
    const { report, data, directory } = await installation([nthCycle(1)]);
    chmodSync(join(data, 'readings.db'), 0o600);
    for (const mode of [0o755, 0o700]) {
      chmodSync(data, mode);
      const { exitCode, stderr } = await report([], { uid: NOBODY });
      expect(exitCode).toBe(1);
      expect(stderr).toMatch(/^report: Cannot read .*readings\.db: permission denied.*\nRun it as the user/);
    }
    chmodSync(data, 0o755);
    chmodSync(join(data, 'readings.db'), 0o644);
    const closed = join(directory, 'closed');
    mkdirSync(closed, { mode: 0o700 });
    for (const args of [
      ['--output', join(closed, 'a')],
      ['backup', join(closed, 'b')],
    ]) {
      const { exitCode, stderr } = await report(args, { uid: NOBODY });
      expect(exitCode).toBe(1);
      expect(stderr).toMatch(/^report: Cannot write .*closed\/[ab]: permission denied/);
    }
  },
);

/** In its own mount namespace, so that the small disk is removed with it. */
const mountable = spawnSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'none', tmpdir()]).status === 0;

(mountable ? test : test.skip)(
  `a full disk does not stop a report, which only reads${mountable ? '' : ' (skipped: this user may not mount a tmpfs)'}`,
  async () => {
    const { file, directory, data } = await installation(history());
    const kept = join(directory, 'kept');
    renameSync(data, kept);
    mkdirSync(data);
    const report = `'${process.execPath}' '${join(PROJECT_ROOT, 'bin/report.js')}' --config '${file}'`;
    const script = `mount -t tmpfs -o size=2m none '${data}' && cp '${kept}'/* '${data}'
      head -c 9m /dev/zero > '${data}/full' 2>/dev/null
      ${report} --format csv > '${directory}/out.csv'; echo $?; ${report} gaps > '${directory}/gaps'; echo $?`;
    const { stdout, stderr } = spawnSync('unshare', ['--mount', 'sh', '-c', script], { encoding: 'utf8' });
    expect({ stdout, stderr }).toEqual({ stdout: '0\n0\n', stderr: '' });
    expect(readFileSync(join(directory, 'out.csv'), 'utf8').split('\n').length).toBeGreaterThan(100);
  },
);

(mountable ? test : test.skip)(
  `a full disk under the copy is not said of the original's; the old file stays${mountable ? '' : ' (skipped: this user may not mount a tmpfs)'}`,
  async () => {
    const { file, directory } = await installation(history());
    const small = join(directory, 'small');
    mkdirSync(small);
    const report = `'${process.execPath}' '${join(PROJECT_ROOT, 'bin/report.js')}' --config '${file}'`;
    const script = `mount -t tmpfs -o size=40k none '${small}' && cd '${small}' && echo old > out.csv
      ${report} backup copy.db; echo $?; ${report} --format csv --output out.csv; echo $?; ls -A; cat out.csv`;
    const { stdout, stderr } = spawnSync('unshare', ['--mount', 'sh', '-c', script], { encoding: 'utf8' });
    expect(stdout.split('\n')).toEqual(['1', '1', 'out.csv', 'old', '']);
    expect(stderr).toMatch(/Cannot write .*small\/copy.db: no space left.*\nMake room on the disk: df -h '.*small'/);
    expect(stderr).toMatch(/Cannot write .*small\/out.csv: no space left/);
  },
);
