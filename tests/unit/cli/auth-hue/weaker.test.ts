import { acceptProof } from '../../../../lib/cli/auth-hue/weaker';
import type { BridgeConfig } from '../../../../lib/sources/hue/bridges';
import type { Trust } from '../../../../lib/sources/hue/trust';

const ID = '001788fffe100001';
const SIGNED = { bridge_id: ID, bridge_url: 'https://192.168.1.10', tls: 'verify', certificate_sha256: '' };
const PINNED = { ...SIGNED, certificate_sha256: 'ab'.repeat(32) };
const PLAIN = { ...SIGNED, bridge_url: 'http://192.168.1.10' };

/** @returns whether it was accepted, and what was asked */
async function judge(
  kind: Trust['kind'],
  before: object | null,
  { isAccepted = false, answer = null as string | null } = {},
) {
  const asked: string[] = [];
  const ask = (question: string) => {
    asked.push(question);
    return Promise.resolve(answer);
  };
  const asker = answer === null ? null : { ask, close: () => undefined };
  const trust: Trust = { kind, certificateSha256: '' };
  const result = await acceptProof(trust, ID, before as BridgeConfig | null, { isAccepted, asker }).then(
    () => 'accepted',
    (thrown: unknown) => {
      const { type, remediation } = thrown as { type: string; remediation: string };
      return `${type}: ${remediation}`;
    },
  );
  return { result, asked };
}

const REFUSED = expect.stringMatching(/^tls: .*--weaker$/) as string;

test.each<[string, Trust['kind'], object | null, unknown]>([
  ['signed as before', 'signed', SIGNED, 'accepted'],
  ['pinned, signed before', 'pinned', SIGNED, REFUSED],
  ['http, signed before', 'none', SIGNED, REFUSED],
  ['http, pinned before', 'none', PINNED, REFUSED],
  ['signed, pinned before', 'signed', PINNED, 'accepted'],
  ['another pin', 'pinned', PINNED, 'accepted'],
  ['http as before', 'none', PLAIN, 'accepted'],
  ['not verified, as configured', 'unverified', { ...SIGNED, tls: 'insecure' }, 'accepted'],
  ['never seen before', 'none', null, 'accepted'],
  ['another bridge than before', 'none', { ...SIGNED, bridge_id: '001788fffe999999' }, 'accepted'],
])('%s', async (_what, kind, before, expected) => {
  expect((await judge(kind, before)).result).toEqual(expected);
});

test('a weaker proof is accepted by the flag, or by an answer on a terminal', async () => {
  expect((await judge('none', SIGNED, { isAccepted: true })).result).toBe('accepted');
  expect((await judge('none', SIGNED, { answer: 'y' })).result).toBe('accepted');
  const { result, asked } = await judge('none', SIGNED, { answer: '' });
  expect([result, asked]).toEqual([REFUSED, [expect.stringContaining('it has no https')]]);
});
