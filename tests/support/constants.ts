/** What several homes and tests say alike. */

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** The defaults of the configuration: outside of this a temperature is marked. */
export const VALIDATION = { temperature_min: 0, temperature_max: 40 };

/** What each part of a cycle asks of Amazon. */
export const STATE = 'POST /api/phoenix/state';
export const DISCOVERY = 'POST /nexus/v1/graphql';
export const REFRESH = ['POST /auth/token', 'POST /ap/exchangetoken/cookies', 'GET /api/language'];
