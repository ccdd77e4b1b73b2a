/**
 * An esbuild plugin that puts something smaller in the place of what a package imports but our use of it never reaches.
 *
 * @param {string} name of the plugin
 * @param {RegExp} owners the files whose imports are looked at
 * @param {Record<string, string>} replacements import → source of the module that stands in its place
 * @returns {import('esbuild').Plugin}
 */
export function replaceImports(name, owners, replacements) {
  return {
    name,
    setup(build) {
      build.onResolve({ filter: /^[a-z@.]/ }, ({ path, importer }) =>
        Object.hasOwn(replacements, path) && owners.test(importer) ? { path, namespace: name } : undefined,
      );
      build.onLoad({ filter: /.*/, namespace: name }, ({ path }) => ({ contents: replacements[path] }));
    },
  };
}
