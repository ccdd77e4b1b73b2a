/**
 * What winston and winston-daily-rotate-file load but our use of them never reaches: without it a collector's bundle is
 * 300 KB smaller, and its logging costs less of every run (docs/logging.md). Everything else of them is as published.
 */
import { replaceImports } from './replace-imports.mjs';

/** package → what stands in its place */
const replacements = {
  // Node.js has had these streams itself since version 10.
  'readable-stream': `module.exports = require('node:stream');`,
  'readable-stream/lib/_stream_writable.js': `module.exports = require('node:stream').Writable;`,
  // winston's own sets of levels and their colours; ours are given to it.
  logform: `exports.levels = (config) => config;`,
  'logform/json': `module.exports = () => { throw new Error('winston is used with a format of its own'); };`,
  // Traces of winston for its developers.
  '@dabh/diagnostics': `module.exports = () => () => undefined;`,
  // The engine that lib/logging/rotating-file.ts takes the place of, with moment behind it.
  'file-stream-rotator': `exports.getStream = () => { throw new Error('the transport brings its own file'); };`,
  // The name of that engine's audit file.
  'object-hash': `module.exports = () => '';`,
  // What would lie between the transport and that engine; the transport's own file takes each line directly.
  stream: `exports.PassThrough = class { pipe() {} };`,
  // zippedArchive and query, which the log does not have.
  zlib: `module.exports = {};`,
  // Uncaught errors are told by lib/cli/command.ts; the logger is never ended, a transport closes with the process.
  './exception-handler': `module.exports = class { unhandle() {} };`,
  './rejection-handler': `module.exports = class { unhandle() {} };`,
  'async/forEach': `module.exports = () => { throw new Error('the log is not ended'); };`,
  os: `exports.EOL = '\\n';`,
};

const owners = /node_modules[/\\](winston|winston-transport|winston-daily-rotate-file)[/\\]/;

export const slimWinston = replaceImports('slim-winston', owners, replacements);
