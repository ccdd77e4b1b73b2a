/**
 * What node-fetch loads but a request of ours never reaches: forms, blobs and data: URLs with web streams behind them,
 * TLS for a plain http address, zlib for bodies that are decompressed elsewhere (lib/http/fetch.ts). Without it a
 * cycle is some milliseconds cheaper (docs/performance.md). Everything else of node-fetch is as published.
 */
import { replaceImports } from './replace-imports.mjs';

const unused = (name) => `export default class ${name} { constructor() { throw new Error('${name} is left out'); } }`;

/** what is imported → what stands in its place */
const replacements = {
  // As they are; only esbuild's copy of all their properties, which a default import costs, is left out.
  'node:http': `const http = require('node:http'); export default http;`,
  // The answer comes straight from its connection, not through one more stream: nothing decompresses it on the way.
  'node:stream': `const stream = require('node:stream'); export default stream;
    export const pipeline = (answer) => answer; export const PassThrough = class {};`,
  'node:https': `export default { get request() { return require('node:https').request; } };`,
  'node:zlib': `export default {};`, // `compress: false`
  'data-uri-to-buffer': `export default () => { throw new Error('data: is left out'); };`,
  'fetch-blob': unused('Blob'),
  'fetch-blob/from.js': `${unused('Blob')}
    export { Blob, Blob as File, Blob as fileFromSync, Blob as fileFrom, Blob as blobFromSync, Blob as blobFrom };`,
  'formdata-polyfill/esm.min.js': `${unused('FormData')}
    export { FormData, FormData as formDataToBlob };`,
};

export const slimNodeFetch = replaceImports('slim-node-fetch', /node_modules[/\\]node-fetch[/\\]/, replacements);
