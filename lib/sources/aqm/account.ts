/** `GET /api/users/me`: where the account really lives. A wrong marketplace shows as an empty device list elsewhere. */
import { alexaHeaders, type Credentials } from './client';
import { readObject, type Exchange } from './exchange';
import { APP_VERSION, type AmazonHosts } from './hosts';
import { asText } from './lenient-json';

/** @returns `amazon.co.uk`; null if the answer does not say it @throws MonitorError as the other requests do */
export function readMarketplace(
  hosts: AmazonHosts,
  exchange: Exchange,
  credentials: Credentials,
): Promise<string | null> {
  const request = {
    operation: 'aqm.read_account',
    method: 'GET' as const,
    url: `${hosts.alexa}/api/users/me?platform=ios&version=${APP_VERSION}`,
    headers: alexaHeaders(hosts, credentials),
  };
  return exchange(request, (response, endpoint) => {
    const domain = asText(readObject(response, endpoint)['marketPlaceDomainName']);
    return /^(?:www\.)?(amazon\.[a-z]{2,3}(?:\.[a-z]{2})?)$/.exec(domain ?? '')?.[1] ?? null;
  });
}
