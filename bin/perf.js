#!/usr/bin/env node
'use strict';
process.exitCode = 1; // start from failure
function stop(message, remediation) {
  const error = { type: 'configuration', message, remediation };
  const answer = { schema_version: 1, command: 'perf', exit_code: 2, outcome: 'failed', error };
  const more = { started_at: new Date(), duration_ms: Math.round(process.uptime() * 1000) };
  if (process.argv.includes('--json')) console.log(JSON.stringify({ ...answer, ...more }));
  console.error('perf: ' + message + ': ' + remediation);
  process.exit(2);
}
const [major, minor] = process.versions.node.split('.').map(Number);
if (major * 100 + minor < 2017) stop(process.version + ' is too old', 'install Node.js 20.17 or newer');
if (!require('fs').existsSync(__dirname + '/../dist/perf.js')) stop('not built yet', 'run npm ci');
require('../dist/perf.js');
