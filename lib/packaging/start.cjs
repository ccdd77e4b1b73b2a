'use strict';
/**
 * Becomes dist/<command>.js: runs the bundle beside it with the code that V8 compiled for it when it was built, which
 * spares half of a cycle's own time (docs/internals/performance.md). If there is none, or it is of another Node.js or of another
 * bundle, or it is damaged, Node.js compiles the bundle as usual.
 */
const { readFileSync } = require('node:fs');
const { Script } = require('node:vm');

const bundle = __filename.replace(/js$/, 'bundle.js');
const source = readFileSync(bundle);

/**
 * V8 itself compares its version, its flags and the length of the bundle, and trusts the rest: a bundle that was
 * edited would run as it was, and one wrong bit can end the process. So `record-compiled-code.cjs` writes the code twice
 * with the bundle in between and this Node.js's name at the end. This comparison takes less time than any checksum (docs/internals/performance.md).
 */
function compiledCode() {
  if (process.env.NODE_V8_COVERAGE) return undefined; // coverage does not count cached code
  try {
    const file = readFileSync(`${bundle}.cache`);
    const platform = Buffer.from(`${process.version} ${process.platform} ${process.arch}`);
    const ends = file.length - platform.length;
    const length = (ends - source.length) / 2;
    const code = file.subarray(0, length);
    const isWhole =
      code.equals(file.subarray(ends - length, ends)) &&
      source.equals(file.subarray(length, ends - length)) &&
      platform.equals(file.subarray(ends));
    return isWhole ? code : undefined;
  } catch {
    return undefined;
  }
}

const script = new Script(source.latin1Slice(), { filename: bundle, cachedData: compiledCode() });
script.runInThisContext()(exports, require, module, bundle, __dirname);
