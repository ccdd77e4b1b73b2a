'use strict';
/**
 * Prints on file descriptor 3 how much memory the process had at most, in KB. This is of this program alone: the value of
 * getrusage(2) includes the memory of the process that started it.
 */
const { readFileSync, writeSync } = require('node:fs');

process.on('exit', () => writeSync(3, /^VmHWM:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))[1]));
