'use strict';
/**
 * TypeScript and ESM-only packages for jest, by the same compiler that makes dist/. (Another compiler's export getters
 * are mapped to whole files, which makes covered lines look uncovered.)
 */
const { createHash } = require('node:crypto');
const { readFileSync } = require('node:fs');
const { transformSync, version } = require('esbuild');

const self = readFileSync(__filename);

module.exports = {
  getCacheKey: (source, file) =>
    createHash('sha256').update(version).update(self).update(file).update(source).digest('hex'),
  process(source, file) {
    const { code } = transformSync(source, {
      loader: file.endsWith('.ts') ? 'ts' : 'js',
      format: 'cjs',
      target: 'node20.17',
      sourcemap: 'inline',
      supported: { 'dynamic-import': false }, // jest's sandbox has no native import()
      sourcefile: file,
    });
    return { code };
  },
};
