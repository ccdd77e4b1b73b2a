#!/usr/bin/env node
'use strict';
process.exitCode = 2; // start from failure
function stop(message, remediation) {
  const error = { type: 'configuration', message, remediation };
  const answer = { schema_version: 1, command: 'health', exit_code: 2, outcome: 'failed', error };
  if (process.argv.includes('--json')) console.log(JSON.stringify(answer));
  console.error('health: ' + message + ': ' + remediation);
  process.exit(2);
}
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 17))
  stop('Node.js ' + process.version + ' is too old', 'install 20.17 or newer');
process.once('uncaughtException', (e) => stop(e.code ? 'not built yet' : 'broken: ' + e.message, 'run npm ci'));
require('../dist/health.js');
