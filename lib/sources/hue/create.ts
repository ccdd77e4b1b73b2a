/** Makes the source of the Hue Bridge from what a cycle gives it. */
import type { HueConfig } from '../../config/config';
import { MonitorError } from '../../errors';
import { withoutSecret, type Source, type SourceKit } from '../source';
import { connectToBridge } from './connect';
import { createHueSource } from './source';

/** @throws MonitorError `configuration` if `hue.ca_file` cannot be used */
export function createHue(kit: SourceKit): Source {
  const hue = kit.config.hue as HueConfig;
  const key = kit.secrets.hue?.username;
  if (key === undefined) return withoutSecret(notPaired);
  const { http, logger, redactor, signal, remainingMs, state, texts, retrier, traffic, lastDevicesSeen } = kit;
  const config = { ...kit.config, hue };
  return createHueSource({
    endpoint: (kit.flags['endpoint'] as HueConfig['endpoint'] | undefined) ?? hue.endpoint,
    ...connectToBridge({ config, key, http, logger, redact: redactor, signal, state, texts }),
    lastDevicesSeen,
    timeoutMs: hue.timeout_seconds * 1000,
    remainingMs,
    retrier,
    logger,
    traffic,
  });
}

function notPaired(): MonitorError {
  return new MonitorError('the secrets have no key for the Hue Bridge: it is not paired yet', {
    type: 'login_needed',
    permanent: true,
    remediation: { say: 'Pair with it, and press the link button of the bridge', command: 'node bin/auth-hue.js' },
  });
}
