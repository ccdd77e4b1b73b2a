/** Amazon's sites whose accounts have a cloud of Amazon's devices. No token and no cookie goes to a host that is not of one of these. */

export const MARKETPLACES: readonly string[] = [
  'amazon.com',
  'amazon.ca',
  'amazon.com.mx',
  'amazon.com.br',
  'amazon.co.uk',
  'amazon.de',
  'amazon.fr',
  'amazon.it',
  'amazon.es',
  'amazon.nl',
  'amazon.in',
  'amazon.co.jp',
  'amazon.com.au',
  'amazon.ae',
  'amazon.pl',
  'amazon.se',
  'amazon.sa',
  'amazon.eg',
  'amazon.sg',
  'amazon.ie',
  'amazon.com.be',
  'amazon.com.tr',
  'amazon.co.za',
];

/** @returns `amazon.de` for `https://www.Amazon.de/`, `alexa.amazon.de` and ` amazon.de `; null if it is not on the list */
export function marketplaceOf(text: string): string | null {
  const plain = plainMarketplace(text);
  return MARKETPLACES.includes(plain) ? plain : null;
}

/** The text without scheme, `www.`, capitals, blanks and a trailing slash. */
export function plainMarketplace(text: string): string {
  return text
    .trim()
    .toLowerCase()
    .replace(/^https?:\/\//, '')
    .replace(/^(?:www|alexa)\./, '')
    .replace(/\/+$/, '');
}
