/** Values that several homes and tests share. */

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** The defaults of the configuration: outside of this a temperature is marked. */
export const VALIDATION = { temperature_min: 0, temperature_max: 40 };

/** The requests to Amazon of each part of a cycle. */
export const STATE = 'POST /api/phoenix/state';
export const DISCOVERY = 'POST /nexus/v1/graphql';
export const REFRESH = ['POST /auth/token', 'POST /ap/exchangetoken/cookies', 'GET /api/language'];

/** A section `email`, so that health finds that somebody would be told; nothing is sent there. */
export const UNUSED_EMAIL = { host: 'mail.example.org', port: 587, from: 'a@example.org', to: 'b@example.org' };
