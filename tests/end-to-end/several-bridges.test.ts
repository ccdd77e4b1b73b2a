/** Two bridges in one home: one configuration, one cycle, one row; and how auth-hue adds the second one. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createTestAuthority } from '../../lib/simulator/certificates';
import { fault } from '../../lib/simulator/faults';
import { home as makeHome } from '../../lib/simulator/hue-home';
import { startHueBridge } from '../../lib/simulator/hue-bridge';
import { openHome } from '../support/home';

test('auth-hue --name adds a bridge; both are read, and one that fails costs nothing of the other', async () => {
  const authority = await createTestAuthority();
  const home = await openHome({ bridge: { authority, protocols: ['https'] }, cloud: false });
  const annexe = await startHueBridge({
    ...{ authority, protocols: ['https'], bridgeId: '001788fffe200002', home: makeHome({ motionSensors: 3, seed: 7 }) },
  });
  try {
    const cycles = () => home.query('SELECT * FROM cycles ORDER BY started_at');
    expect(await home.run('collect-hue')).toMatchObject({ exitCode: 0 });

    annexe.press();
    const paired = await home.run('auth-hue', ['--name', 'annexe', '--bridge', annexe.url]);
    expect(paired).toMatchObject({ exitCode: 0, stderr: '' });
    expect(paired.stdout).toContain('The bridge that was the only one is called main now.');
    expect(paired.stdout).toContain('It works: 3 sensors read.');

    expect(await home.run('collect-hue')).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
    expect((await cycles())[1]).toMatchObject({ outcome: 'ok', readings_stored: 11, devices_seen: 11, requests: 2 });

    annexe.faults.always('*', fault.hueError(1));
    const partial = await home.run('collect-hue');
    expect(partial).toMatchObject({ exitCode: 3, stdout: '' });
    expect(partial.stderr).toContain('the bridge annexe: ');
    expect(partial.stderr).toContain('auth-hue.js');
    expect(partial.stderr.split('\n').length).toBeLessThanOrEqual(11);
    expect((await cycles())[2]).toMatchObject({
      ...{ outcome: 'partial', exit_code: 3, readings_stored: 8, endpoint: 'sensors', error_type: 'unauthorized' },
      devices_skipped: '{"bridge:annexe":"unauthorized"}',
    });

    const health = await home.run('health', ['hue', '--json']);
    expect(health.exitCode).toBe(1); // degraded: the other one can be read
    const [check] = (JSON.parse(health.stdout) as { checks: { status: string; message: string; details: object }[] })
      .checks;
    expect(check).toMatchObject({ status: 'fail', details: { bridges: { main: { sensors: 8 }, annexe: {} } } });
    expect(check?.message).toMatch(/^annexe: /);

    await home.bridge.close();
    const failed = await home.run('collect-hue', ['--json']);
    expect(failed.exitCode).toBe(1); // as the first one's
    expect(JSON.parse(failed.stdout)).toMatchObject({
      error: { type: 'network' },
      skipped: { 'bridge:main': 'network', 'bridge:annexe': 'unauthorized' },
    });
    expect((await cycles())[3]).toMatchObject({
      outcome: 'failed',
      exit_code: 1,
      error_type: 'network',
      readings_stored: 0,
    });

    const secrets = readFileSync(home.secretsFile, 'utf8');
    const log = readFileSync(join(home.logDirectory, 'collect-hue.log'), 'utf8');
    for (const key of [home.bridge.key, ...annexe.state.keys]) expect(log + partial.stderr).not.toContain(key);
    expect(secrets).toContain(home.bridge.key);
  } finally {
    await annexe.close();
  }
});
