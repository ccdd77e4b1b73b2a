'use strict';
/**
 * The files that take longest begin first, so that at the end no worker is idle while another one has minutes to go. By
 * itself, jest begins with the largest files where it has not seen them run, and those of the campaigns are small.
 */
const { default: Sequencer } = require('@jest/test-sequencer');

const LONG = ['faults', 'broken-states', 'logging', 'store-proofs', 'side-effects', 'campaigns', 'cron'];
const rank = ({ path }) => {
  const place = LONG.findIndex((name) => path.endsWith(`/${name}.test.ts`));
  return place === -1 ? LONG.length : place;
};

module.exports = class extends Sequencer {
  sort(tests) {
    return super.sort(tests).sort((one, other) => rank(one) - rank(other));
  }
};
