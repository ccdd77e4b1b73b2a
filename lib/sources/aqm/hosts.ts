/** Amazon's three hosts and how our requests introduce themselves: as the iPhone app, whose web API this is. */
import type { AqmConfig } from '../../config/config';
import { MARKETPLACES } from '../../config/marketplaces';

export interface AmazonHosts {
  /** the Alexa API: `https://alexa.amazon.co.uk` */
  alexa: string;
  /** cookies: `https://www.amazon.co.uk` */
  www: string;
  /** where a refresh token becomes an access token, for every marketplace */
  tokens: string;
}

export interface LoginHosts {
  /** the marketplace where everybody signs in; an account of Japan at its own */
  marketplace: string;
  /** the sign-in page */
  signIn: string;
  /** where a login becomes a refresh token */
  registration: string;
}

/** Hosts of a marketplace of the list only: nothing that Amazon answers can lead a token elsewhere. */
export function amazonHosts({ base_urls }: Pick<AqmConfig, 'base_urls'>, marketplace: string): AmazonHosts {
  if (!MARKETPLACES.includes(marketplace)) throw new Error(`${marketplace} is not a marketplace of Amazon`);
  return {
    alexa: base(base_urls.alexa, `https://alexa.${marketplace}`),
    www: base(base_urls.www, `https://www.${marketplace}`),
    tokens: base(base_urls.api, 'https://api.amazon.com'),
  };
}

/** Signing in works at amazon.com for every country but Japan; some countries' own pages refuse the app. */
export function loginHosts({ marketplace, base_urls }: Pick<AqmConfig, 'marketplace' | 'base_urls'>): LoginHosts {
  const at = marketplace === 'amazon.co.jp' ? marketplace : 'amazon.com';
  return {
    marketplace: at,
    signIn: base(base_urls.www, `https://www.${at}`),
    registration: base(base_urls.api, `https://api.${at}`),
  };
}

const base = (configured: string | undefined, usual: string) => (configured ?? usual).replace(/\/+$/, '');

export const APP_NAME = 'home-temperature-monitor';
export const APP_VERSION = '2.2.651540.0';
export const USER_AGENT = `AmazonWebView/Amazon Alexa/${APP_VERSION}/iOS/18.3.1/iPhone`;

/** What every token exchange says about the device that the app pretends to run on. */
export const DEVICE_FIELDS = {
  app_name: APP_NAME,
  app_version: APP_VERSION,
  'di.sdk.version': '6.12.4',
  'di.hw.version': 'iPhone',
  'di.os.name': 'iOS',
  'di.os.version': '16.6',
};
