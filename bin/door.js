'use strict';
/** Starts a command: with the exit code of a failure at first, and with a message if it cannot start. */
module.exports = (command) => {
  const isHealth = command === 'health';
  const codeOfDefect = isHealth ? 2 : 1; // a broken health must not look like "some checks fail"
  process.exitCode = codeOfDefect;

  const stop = (code, message, remediation) => {
    const error = { type: 'configuration', message, remediation };
    const frame = { schema_version: 1, command, exit_code: code, outcome: 'failed', started_at: new Date() };
    const empty = command.startsWith('collect-') ? { readings: [], skipped: {} } : {};
    const more = isHealth ? { status: 'critical', checks: [] } : empty;
    const duration_ms = Math.round(process.uptime() * 1000);
    if (process.argv.includes('--json')) console.log(JSON.stringify({ ...frame, duration_ms, ...more, error }));
    console.error(`${command}: ${message}: ${remediation}`);
    process.exit(code);
  };

  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major * 100 + minor < 2017) stop(2, `${process.version} is too old`, 'install Node.js 20.17 or newer');
  // Until the command itself handles errors, nothing was attempted.
  process.once('uncaughtException', (error) => stop(2, error.code ? 'not built yet' : error.message, 'run npm ci'));
  process.once('beforeExit', () => stop(codeOfDefect, 'ended without an answer', 'run npm ci'));
  require(`../dist/${command}.js`);
};
