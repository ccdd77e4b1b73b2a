'use strict';
/** Runs one of the TypeScript scripts beside it as a separate process: `node tests/support/run-typescript.js NAME ARGUMENT…` */
const { join } = require('node:path');
require('tsx/cjs');
require(join(__dirname, 'children', `${process.argv[2]}.ts`));
