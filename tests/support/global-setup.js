'use strict';
/** Makes the validators from the schemas, so that tests have current ones without a build. */
const { execFileSync } = require('node:child_process');
const { join } = require('node:path');

module.exports = () => {
  execFileSync(process.execPath, [join(__dirname, '..', '..', 'lib', 'packaging', 'compile-validators.mjs')]);
};
