import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { editTogether } from '../../../lib/config/edit-together';
import { noteOf, type Files } from '../../../lib/config/find';
import { finishEdits } from '../../../lib/config/unfinished-edits';
import { scratchDirectory } from '../../support/scratch';

function files(): Files {
  const directory = scratchDirectory();
  const both = { config: join(directory, 'config.yaml'), secrets: join(directory, 'secrets.yaml') };
  writeFileSync(both.config, 'hue: { bridge_id: "old" }\n');
  writeFileSync(both.secrets, 'hue: { username: "old" }\n', { mode: 0o600 });
  return both;
}

const changesOf = ({ config, secrets }: Files) => [
  { file: secrets, edits: [{ path: ['hue', 'username'] as [string, string], value: 'new' }], mode: 0o600 },
  { file: config, edits: [{ path: ['hue', 'bridge_id'] as [string, string], value: 'new' }] },
];

const contents = ({ config, secrets }: Files) => [config, secrets].map((file) => readFileSync(file, 'utf8'));
const NEW = ['hue: { bridge_id: "new" }\n', 'hue: { username: "new" }\n'];
const OLD = ['hue: { bridge_id: "old" }\n', 'hue: { username: "old" }\n'];

test('both are edited, and the note that has the secret is gone', () => {
  const both = files();
  editTogether(both, changesOf(both));
  expect(contents(both)).toEqual(NEW);
  expect(existsSync(noteOf(both))).toBe(false);
});

/** What lies there when the power goes after the note, and after so many of the files. */
function cutOff(both: Files, after: number, changes = changesOf(both)): void {
  writeFileSync(noteOf(both), JSON.stringify({ version: 1, changes }), { mode: 0o600 });
  for (const [index, file] of [both.secrets, both.config].entries()) {
    if (index < after) writeFileSync(file, readFileSync(file, 'utf8').replace('old', 'new'));
  }
}

test.each([0, 1, 2])('a power cut after %i of the files: the next command makes up for the rest', async (after) => {
  const both = files();
  cutOff(both, after);
  await finishEdits(both);
  expect(contents(both)).toEqual(NEW);
  expect(statSync(both.secrets).mode & 0o777).toBe(0o600);
  expect(existsSync(noteOf(both))).toBe(false);
});

test('if one cannot be written, both are as before, and nothing is made up for later', async () => {
  const both = files();
  const closed = { ...both, config: join(dirname(both.config), 'closed') };
  mkdirSync(closed.config);
  expect(() => editTogether(closed, changesOf(closed))).toThrow(/it is a directory/);
  await finishEdits(closed);
  expect(contents(both)).toEqual(OLD);
});

test.each([
  ['about another file', (both: Files) => cutOff(both, 0, [{ file: '/etc/passwd', edits: [], mode: 0o600 }])],
  ['of another version', (both: Files) => writeFileSync(noteOf(both), '{"version":2,"changes":[]}')],
  ['that is not one', (both: Files) => writeFileSync(noteOf(both), 'nonsense')],
  ['that is a folder', (both: Files) => mkdirSync(noteOf(both))],
])('a note %s is not followed', async (_what, plant) => {
  const both = files();
  plant(both);
  await finishEdits(both);
  expect(contents(both)).toEqual(OLD);
});

test('a user who may not write the files reads them as they are', async () => {
  const both = files();
  cutOff(both, 0);
  chmodSync(noteOf(both), 0);
  await finishEdits(both);
  expect(contents(both)).toHaveLength(2);
});
