'use strict';
/**
 * Becomes dist/<command>.js: runs the bundle beside it with the code that V8 compiled for it when it was built, which
 * spares half of a cycle's own time (docs/performance.md). Where there is none, or it is another Node.js's or another
 * bundle's, or damaged, the bundle is compiled as ever.
 */
const { readFileSync } = require('node:fs');
const { Script } = require('node:vm');

const bundle = __filename.replace(/js$/, 'bundle.js');
const source = readFileSync(bundle);

/**
 * V8 itself compares its version, its flags and the length of the bundle, and then believes every bit: a bundle that was
 * edited would run as it was, and one wrong bit can end the process. So `record-compiled-code.cjs` writes the code twice
 * with the bundle in between and this Node.js's name at the end. To compare them takes less than any checksum (docs/performance.md).
 */
function compiledCode() {
  if (process.env.NODE_V8_COVERAGE) return undefined; // it counts nothing
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
