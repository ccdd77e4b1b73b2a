/** amazon-session.json in any state: a message, fresh cookies, and no crash. */
import { chownSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readOnlyState } from '../../../../lib/files/state-folder';
import { startAqmHome, type AqmHome } from '../../../support/aqm-home';
import { REFRESH, STATE } from '../../../support/constants';
import { isRoot, NOBODY } from '../../../support/as-user';
import { scratchDirectory } from '../../../support/scratch';

const pathOf = (home: AqmHome) => join(home.dataDirectory, 'amazon-session.json');

describe('the session file', () => {
  test('is 0600 and holds no refresh token', async () => {
    const home = await startAqmHome(scratchDirectory());
    const { secrets } = await home.cycle();
    expect(statSync(pathOf(home)).mode & 0o777).toBe(0o600);
    expect(readFileSync(pathOf(home), 'utf8')).not.toContain(home.cloud.account.refreshToken);
    // The redactor knows every secret in it: from the cycle that got it, and from the next one.
    const { cookies } = home.session();
    const values = [...(cookies?.jar.map(({ value }) => value) ?? []), cookies?.csrf];
    expect(secrets).toEqual(expect.arrayContaining(values));
    expect((await home.cycle()).secrets).toEqual(expect.arrayContaining(values));
  });

  test('a healthy cycle does not write it', async () => {
    const home = await startAqmHome(scratchDirectory());
    await home.cycle();
    const before = statSync(pathOf(home)).ino;
    await home.cycle();
    expect(statSync(pathOf(home)).ino).toBe(before);
  });

  test.each([
    ['cut', (text: string) => text.slice(0, 100), /cut or damaged/],
    ['empty', () => '', /cut or damaged/],
    ['binary', () => '\u0000\u0001', /cut or damaged/],
    ['of another shape', (text: string) => text.replace('"jar"', '"jars"'), /cut or damaged/],
    ['from a newer version', (text: string) => text.replace('"version": 1', '"version": 2'), /newer version/],
  ])('%s: a warning, fresh cookies, and the next cycle is healthy', async (_name, spoil, sentence) => {
    const home = await startAqmHome(scratchDirectory());
    await home.cycle();
    writeFileSync(pathOf(home), spoil(readFileSync(pathOf(home), 'utf8')));
    const { failure, asked } = await home.cycle();
    expect(failure).toBeNull();
    expect(asked.slice(0, 3)).toEqual(REFRESH);
    const [warning, ...others] = home.logged('session_discarded');
    expect(warning).toMatchObject({ level: 'warning', message: expect.stringMatching(sentence) as string });
    expect(others).toEqual([]);
    expect((await home.cycle()).asked).toEqual([STATE]);
  });

  (isRoot ? test : test.skip)('owned by another user (needs root): not trusted, replaced', async () => {
    const home = await startAqmHome(scratchDirectory());
    await home.cycle();
    chownSync(pathOf(home), NOBODY, NOBODY);
    const { failure, asked } = await home.cycle();
    expect(failure).toBeNull();
    expect(asked.slice(0, 3)).toEqual(REFRESH);
    expect(home.logged('session_discarded')[0]?.message).toContain(`another user (uid ${NOBODY})`);
  });

  test('of another marketplace: its cookies are not sent there', async () => {
    const tells = { alexaHost: 'alexa.amazon.co.uk', shopsAt: 'amazon.co.uk' };
    const home = await startAqmHome(scratchDirectory(), { tells });
    await home.cycle();
    home.config.marketplace = 'amazon.co.uk';
    const { asked, failure } = await home.cycle();
    expect(asked.slice(0, 3)).toEqual(REFRESH);
    expect(failure).toMatchObject({ type: 'no_monitor' });
    expect(failure?.message).toContain('amazon.co.uk');
  });

  test('of another token: its cookies are dropped', async () => {
    const home = await startAqmHome(scratchDirectory());
    await home.cycle();
    expect((await home.cycle({ refreshToken: home.cloud.account.rotateRefreshToken() })).asked.slice(0, 3)).toEqual(
      REFRESH,
    );
  });

  test('that cannot be written costs a warning, not the cycle', async () => {
    const home = await startAqmHome(join(scratchDirectory(), 'absent'));
    const { failure, report } = await home.cycle();
    expect(failure).toBeNull();
    expect(report?.readings).toHaveLength(2);
    expect(home.logged('session_not_saved')[0]?.level).toBe('warning');
  });

  test('in a folder that is only read nothing is written', async () => {
    const home = await startAqmHome(scratchDirectory());
    expect((await home.cycle({ state: readOnlyState(home.dataDirectory) })).failure).toBeNull();
    expect(() => statSync(pathOf(home))).toThrow('ENOENT');
  });
});
