'use strict';
/**
 * Becomes dist/<command>.js: runs the bundle beside it with the code that V8 compiled for it when it was built, which
 * spares half of a cycle's own time (docs/performance.md). Where there is none, or it is another Node.js's, the bundle
 * is compiled as ever.
 */
const { readFileSync } = require('node:fs');
const { Script } = require('node:vm');

const bundle = __filename.replace(/js$/, 'bundle.js');

function compiledCode() {
  if (process.env.NODE_V8_COVERAGE) return undefined; // it counts nothing
  try {
    return readFileSync(`${bundle}.cache`);
  } catch {
    return undefined;
  }
}

const script = new Script(readFileSync(bundle, 'latin1'), { filename: bundle, cachedData: compiledCode() });
script.runInThisContext()(exports, require, module, bundle, __dirname);
