/** The check `alerts`: no alert yet, one that is active, and one that is over. */
import { writeAlert, removeAlert } from '../../../lib/alert/alert-file';
import { loadAlertState, saveAlertState } from '../../../lib/alert/alert-state';
import type { CheckContext } from '../../../lib/check/check';
import { checkAlerts } from '../../../lib/health/checks/alerts';
import { scratchDirectory } from '../../support/scratch';

const RAISED = '2026-01-02T03:00:00.000Z';

test('tells of the alert that is active, and of the last one that is over', () => {
  const data_directory = scratchDirectory();
  const context = {
    config: { storage: { data_directory } },
    installation: { enabled: ['amazon_aqm'] },
    now: () => new Date('2026-01-02T05:00:00.000Z'),
  } as unknown as CheckContext;
  expect(checkAlerts(context)).toMatchObject({ problems: [], details: { last: null } });

  writeAlert(data_directory, { timestamp: RAISED, error: 'refused', remediation: 'x', url: 'https://x.test/' });
  const active = checkAlerts(context);
  expect(active.details).toMatchObject({ last: { status: 'active', raised_at: RAISED, cleared_at: null } });
  expect(active.problems).toMatchObject([{ status: 'fail', remediation: { command: 'node bin/auth-amazon.js' } }]);

  removeAlert(data_directory);
  const last = { raised_at: RAISED, cleared_at: '2026-01-02T04:00:00.000Z' };
  saveAlertState(data_directory, { ...loadAlertState(data_directory), last });
  const over = checkAlerts(context);
  expect(over).toMatchObject({ problems: [], details: { last: { status: 'cleared', ...last } } });
  expect(over.message).toContain(RAISED);
});
