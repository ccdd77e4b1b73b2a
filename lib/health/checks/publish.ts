/** Whether what is handed on to a broker travels safely. */
import { isLoopback } from '../../config/urls';
import { skip, type CheckContext, type Judgement } from '../../check/check';

export function checkPublish({ config }: CheckContext): Judgement {
  const mqtt = config.publish?.mqtt;
  if (mqtt === undefined) return skip('nothing is published');
  const { protocol, hostname, host } = new URL(mqtt.url);
  const details = { broker: host };
  if (protocol === 'mqtts:' || isLoopback(hostname)) {
    return { message: `readings are published at ${host}`, problems: [], details };
  }
  const message = `publish.mqtt.url is not encrypted: everybody in the network of ${host} can read what is published, and its password`;
  return { message: '', problems: [{ status: 'warn', message }], details };
}
