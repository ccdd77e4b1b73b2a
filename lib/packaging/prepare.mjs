/**
 * What `npm ci` runs at its end: builds dist/. With `--omit=dev` the build tools are missing: instead of
 * failing in the middle, it says what to run.
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
