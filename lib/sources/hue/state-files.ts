/** What is remembered of the bridge, in the data directory; apart from what writes it, which is loaded when it is used. */

export const BRIDGE_FILE = 'bridge-state.json';
export const CERTIFICATE_FILE = 'bridge-certificate.json';
