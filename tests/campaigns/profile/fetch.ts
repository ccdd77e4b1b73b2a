/** One request as the sources make it: node-fetch with deadline, size limit and no redirects. */
import { createHttp } from '../../../lib/http/fetch';

const url = process.argv[3] ?? '';
void createHttp()({ method: 'GET', url, endpoint: url, timeoutMs: 10_000 }).then(() => process.exit(0));
