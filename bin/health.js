#!/usr/bin/env node
'use strict';
process.exitCode = 2; // start from failure
function stop({ code, message = 'ended without an answer' }, remediation = 'run npm ci') {
  const error = { type: 'configuration', message: code ? 'not built yet' : message, remediation };
  const answer = { schema_version: 1, command: 'health', exit_code: 2, outcome: 'failed', checks: [], error };
  const more = { started_at: new Date(), duration_ms: Math.round(process.uptime() * 1000), status: 'critical' };
  if (process.argv.includes('--json')) console.log(JSON.stringify({ ...answer, ...more }));
  console.error('health: ' + error.message + ': ' + remediation);
  process.exit(2);
}
const [major, minor] = process.versions.node.split('.').map(Number);
if (major * 100 + minor < 2017) stop({ message: process.version + ' is too old' }, 'install Node.js 20.17 or newer');
process.once('uncaughtException', (error) => stop(error)).once('beforeExit', () => stop({}));
require('../dist/health.js');
