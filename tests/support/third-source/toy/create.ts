/** Asks the toy monitor: `GET /measures/current` → `{"serialno","name","atmp","rhum","rco2"}`. */
import type { Config, SourceSection } from '../../config/config';
import { MonitorError } from '../../errors';
import { meaningOf } from '../../http/status';
import { sectionOf, type DeviceAnswer, type Source, type SourceKit } from '../source';

export interface ToyConfig extends SourceSection {
  url: string;
}

export const toyConfigOf = (config: Config) => sectionOf(config, { collector: 'toy' }) as ToyConfig;

interface Answer {
  serialno: string;
  name: string;
  atmp: number | null;
  rhum: number | null;
  rco2: number | null;
}

export function createToy(kit: Pick<SourceKit, 'config' | 'http' | 'retrier' | 'signal'>): Source {
  const endpoint = `GET ${toyConfigOf(kit.config).url}/measures/current`;
  const ask = async (): Promise<DeviceAnswer[]> => {
    const url = endpoint.slice('GET '.length);
    const response = await kit.http({ method: 'GET', url, endpoint, timeoutMs: 5000, signal: kit.signal });
    const meaning = meaningOf(response);
    if (meaning !== null) throw new MonitorError(`${endpoint} answered ${response.status}`, { endpoint, ...meaning });
    const { serialno, name, atmp, rhum, rco2 } = JSON.parse(response.body.toString('utf8')) as Answer;
    const values = { temperature_celsius: atmp, humidity_percent: rhum, co2_ppm: rco2 };
    return [{ deviceId: `toy:${serialno}`, name, aliases: [serialno], measuredAt: null, values }];
  };
  return { read: () => kit.retrier.run({ operation: 'toy.read', endpoint }, ask) };
}
