/**
 * What `npm ci` runs at its end: builds dist/. With `--omit=dev` there is nothing to build with, and a half-way failure
 * helps nobody: then it says what to run.
 */
try {
  await import('esbuild');
} catch {
  console.error(
    'home-temperature-monitor: dist/ was not built (development packages are left out); run "npm ci" to build it.',
  );
  process.exit(0);
}
await import('./build.mjs');
