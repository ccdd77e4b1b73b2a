/**
 * Tells esbuild that js-yaml's tags, schemas and patterns are made without side effects, so that those which only its
 * `dump` needs stay out of a bundle that only loads. Everything else of js-yaml is as published.
 */
import { readFileSync } from 'node:fs';

/** a tag: a call without side effects */
const TAG = /^(var \w+Tag = )(define\w+Tag\()/gm;
/** the schemas, and what is made for `dump`: kept or left out as a whole */
const WHOLE =
  /^(var (?:\w+_SCHEMA|DEFAULT_(?:PRESENTER|DUMP)_OPTIONS|SRC_\w+|N[SB]_\w+|BLOCK_SCALAR_CONTENT) = )(.*?);$(?=\n(?:\S|$))/gms;

/** @type {import('esbuild').Plugin} */
export const slimJsYaml = {
  name: 'slim-js-yaml',
  setup(build) {
    build.onLoad({ filter: /node_modules[/\\]js-yaml[/\\]dist[/\\]js-yaml\.mjs$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8')
        .replace(TAG, '$1/* @__PURE__ */ $2')
        .replace(WHOLE, '$1/* @__PURE__ */ (() => ($2))();'),
    }));
  },
};
