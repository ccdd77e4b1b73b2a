/**
 * What `npm ci` runs at its end: builds dist/. With `--omit=dev` the build tools are missing: instead of
 * failing in the middle, it says what to run. It also says which driver of SQLite the commands will use, if the package
 * sqlite3, which is optional, could not be installed.
 */
sayDriver(await import('sqlite3').catch(() => null));
try {
  await import('esbuild');
} catch {
  console.error(
    'home-temperature-monitor: dist/ was not built, because the development packages are left out. Run: npm ci && npm prune --omit=dev',
  );
  process.exit(0);
}
await import('./build.mjs');

function sayDriver(sqlite3) {
  if (sqlite3 !== null) return;
  const hasOwn = Number(process.versions.node.split('.')[0]) >= 24;
  console.error(
    hasOwn
      ? `home-temperature-monitor: the package sqlite3 is not installed; the SQLite of Node.js ${process.version} is used.`
      : 'home-temperature-monitor: the package sqlite3 could not be installed, and the commands cannot work without it: ' +
          'install g++, make and python3, and run "npm ci" again; or use Node.js 24 or newer, which has SQLite in itself.',
  );
}
