'use strict';
/** The validators are made from the schemas; tests meet fresh ones without a build. */
const { execFileSync } = require('node:child_process');
const { join } = require('node:path');

module.exports = () => {
  execFileSync(process.execPath, [join(__dirname, '..', '..', 'lib', 'packaging', 'compile-validators.mjs')]);
};
