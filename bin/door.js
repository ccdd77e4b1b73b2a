'use strict';
/** Starts a command: with the exit code of a failure at first, and with a message if it cannot start. */
module.exports = (command) => {
  const isHealth = command === 'health';
  const codeOfDefect = isHealth ? 2 : 1; // a broken health must not look like "some checks fail"
  process.exitCode = codeOfDefect;

  const stop = (code, message, remediation) => {
    const error = { type: 'configuration', message, remediation };
    const frame = { schema_version: 1, command, exit_code: code, outcome: 'failed', started_at: new Date() };
    const nothing = { readings: [], skipped: {}, endpoint: null, payload_bytes: 0 };
    const empty = command.startsWith('collect-') ? nothing : {};
    const more = isHealth ? { status: 'critical', checks: [] } : empty;
    const duration_ms = Math.round(process.uptime() * 1000);
    const asJson = process.argv.some((word) => /^--json(=|$)/.test(word));
    if (asJson) console.log(JSON.stringify({ ...frame, duration_ms, ...more, error }));
    console.error(`${command}: ${message}: ${remediation}`);
    process.exit(code);
  };

  const root = require('node:path').dirname(__dirname);
  const quoted = `'${root.replaceAll("'", "'\\''")}'`;
  const again = root.includes('node_modules') ? 'npm install -g home-temperature-monitor' : `cd ${quoted} && npm ci`;
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major * 100 + minor < 2017) stop(2, `${process.version} is too old`, 'install Node.js 20.17 or newer');
  // Until the command itself handles errors, nothing was attempted.
  process.once('uncaughtException', (error) => stop(2, error.code ? 'not built yet' : error.message, again));
  process.once('beforeExit', () => stop(codeOfDefect, 'ended without an answer', again));
  require(`../dist/${command}.js`);
};
