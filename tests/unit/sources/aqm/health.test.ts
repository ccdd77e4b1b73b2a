/** What the check of Amazon says of the ways that it uses, and what to do about one that is gone. */
import type { CheckContext, Judgement } from '../../../../lib/check/check';
import { textOfRemedy } from '../../../../lib/errors';
import { createRedactor } from '../../../../lib/logging/redact';
import { fault } from '../../../../lib/simulator/faults';
import { checkAmazon } from '../../../../lib/sources/aqm/health';
import { AMAZON_AQM } from '../../../../lib/sources/aqm/row';
import { startAqmHome, type AqmHome } from '../../../support/aqm-home';
import { STATE, VALIDATION } from '../../../support/constants';
import { scratchDirectory } from '../../../support/scratch';

async function check(home: AqmHome): Promise<Judgement & { remedies: string[] }> {
  const context = {
    config: {
      ...{ amazon_aqm: home.config, validation: VALIDATION, collection: { max_devices: 500 } },
      storage: { data_directory: home.dataDirectory },
    },
    installation: { secrets: { secrets: { amazon: { refresh_token: home.cloud.account.refreshToken } } } },
    ...{ fresh: true, redactor: createRedactor(), signal: new AbortController().signal, now: () => home.now() },
    acquireLock: () => Promise.resolve({ release: () => Promise.resolve() }),
  } as unknown as CheckContext;
  const judged = await checkAmazon(context, AMAZON_AQM);
  const remedies = judged.problems.map(({ remediation = AMAZON_AQM.check.remedy }) =>
    typeof remediation === 'string' ? remediation : textOfRemedy(remediation),
  );
  // What may last for weeks is not over in some minutes, and another login does not end it.
  for (const remedy of remedies) expect(remedy).not.toMatch(/minutes|auth-amazon/);
  return { ...judged, remedies };
}

test('the usual ways: nothing is odd', async () => {
  const home = await startAqmHome(scratchDirectory());
  await home.cycle();
  const { message, problems } = await check(home);
  expect(message).toMatch(/^2 monitors at amazon\.com \(list: endpoints, values: phoenix\/state\), cookies /);
  expect(problems).toEqual([]);
});

test('the list by its other way is no problem, as long as it is whole', async () => {
  const home = await startAqmHome(scratchDirectory());
  await home.cycle();
  home.cloud.faults.always('GRAPHQL endpoints', fault.status(299));
  const { message, problems } = await check(home);
  expect(message).toContain('(list: listEndpoints, values: phoenix/state)');
  expect(problems).toEqual([]);
});

test('a list that is throttled: the monitors are read from memory, and nothing is lost', async () => {
  const home = await startAqmHome(scratchDirectory());
  await home.cycle();
  home.cloud.faults.always('/graphql', fault.throttledList());
  const { message, problems, remedies } = await check(home);
  expect(message).toContain('(list: remembered, values: phoenix/state)');
  expect(problems).toMatchObject([{ status: 'warn', message: expect.stringContaining('too many requests') as string }]);
  expect(remedies[0]).toMatch(/Nothing is lost.*for weeks, look for a newer version.*--fresh$/);
});

test('a list that is throttled before there is one: this may last for weeks', async () => {
  const home = await startAqmHome(scratchDirectory());
  home.cloud.faults.always('/graphql', fault.throttledList());
  const { problems, remedies } = await check(home);
  expect(problems).toMatchObject([{ status: 'fail' }]);
  expect(remedies[0]).toMatch(/for days or weeks.*look for a newer version.*--fresh$/);
});

test('the values by their other way, then neither: look for a newer version', async () => {
  const home = await startAqmHome(scratchDirectory());
  await home.cycle();
  home.cloud.faults.always(STATE, fault.status(410));
  await home.cycle();
  await home.cycle();
  const other = await check(home);
  expect(other.message).toContain('values: listEndpoints');
  expect(other.problems).toMatchObject([{ status: 'warn' }]);
  expect(other.remedies[0]).toMatch(/Nothing is lost\. Look for a newer version/);

  home.cloud.faults.always('/graphql', fault.status(404));
  const none = await check(home);
  expect(none.problems).toMatchObject([{ status: 'fail', message: expect.stringContaining('both ways') as string }]);
  expect(none.remedies[0]).toMatch(/look for a newer version.*Waiting does not help/);
});
