'use strict';
/**
 * The files that take longest start first, so that at the end no worker is idle while another one still needs minutes.
 * Without this, jest starts with the largest files if it has not run them before, and those of the campaigns are small.
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
