import { verboseLogger } from '../../../lib/cli/verbose-logger';
import { silentLogger } from '../../../lib/logging/logger';

test('a step is one line, and nothing in it moves the cursor', () => {
  const lines: string[] = [];
  const terminal = { out: () => undefined, err: (text: string) => lines.push(text), isTerminal: true, environment: {} };
  verboseLogger(silentLogger, terminal).warning('retry', 'the bridge says:\r\n\u001b[2Jall is well');
  expect(lines).toEqual(['warning  retry: the bridge says: [2Jall is well\n']);
});
