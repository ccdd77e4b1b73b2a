/** What is remembered of Amazon, in the data directory; apart from what writes it, which is loaded when it is used. */

export const SESSION_FILE = 'amazon-session.json';
/** what Amazon last said to health */
export const HEALTH_FILE = 'health-amazon.json';
