'use strict';
/** Runs one of the TypeScript scripts beside it as a process of its own: `node tests/support/run-typescript.js NAME ARGUMENT…` */
const { join } = require('node:path');
const { transformFileSync } = require('@swc/core');

const options = {
  jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
  module: { type: 'commonjs' },
  sourceMaps: false,
};
require.extensions['.ts'] = (module, file) => module._compile(transformFileSync(file, options).code, file);
require(join(__dirname, 'children', `${process.argv[2]}.ts`));
