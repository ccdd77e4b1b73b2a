/** Does the toy monitor answer? */
import { skip, type CheckContext, type Judgement } from '../../check/check';
import { createHttp } from '../../http/fetch';
import { sectionOf, type SourceRow } from '../source';
import { createToy } from './create';

export async function checkToy({ config, signal }: CheckContext, row: SourceRow): Promise<Judgement> {
  if (sectionOf(config, row)?.enabled !== true) return skip('not enabled');
  const once = { run: async <T>(_: unknown, attempt: () => T | Promise<T>) => attempt(), retries: 0 };
  const devices = await createToy({ config, http: createHttp(), retrier: once, signal }).read();
  return { message: `${devices.length} toy monitor answers`, problems: [], details: { devices: devices.length } };
}
