'use strict';
/** Makes the validators from the schemas, and the script of the page, so that tests have current ones without a build. */
const { execFileSync } = require('node:child_process');
const { join } = require('node:path');

module.exports = () => {
  for (const name of ['compile-validators', 'bundle-page']) {
    execFileSync(process.execPath, [join(__dirname, '..', '..', 'lib', 'packaging', `${name}.mjs`)]);
  }
};
