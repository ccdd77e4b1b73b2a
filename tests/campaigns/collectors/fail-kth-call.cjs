'use strict';
/**
 * Loaded before a collector (`NODE_OPTIONS=--require …`): makes the k-th call of one kind fail, or kills the process
 * there. Only the program's own calls count, not those of Node's module loader.
 *
 * FAULT_KIND  `file` (fs.*Sync) or `database` (open, exec, prepare, all, close of the driver)
 * FAULT_AT    k, from 1; 0: only count
 * FAULT_DOES  an error code (`EIO`, `SQLITE_IOERR`, …); `late-` before it: the call is done, and then reported as
 *             failed; `kill`: SIGKILL instead of the call; `late-kill`: SIGKILL after it
 * FAULT_MARK  a file that is made when that call comes
 * FAULT_LIST  a file that gets one line for each call: `file openSync /path`
 */
const fs = require('node:fs');
const Module = require('node:module');

const { FAULT_KIND: kind, FAULT_AT, FAULT_DOES: does = '', FAULT_LIST: list, FAULT_MARK: mark } = process.env;
const at = Number(FAULT_AT);
const late = does.startsWith('late-');
const code = does.replace('late-', '');
const { appendFileSync } = fs;

let calls = 0;

/** Whether this is the call that must fail. */
function isDue(callKind, name, detail) {
  if (callKind !== kind) return false;
  calls++;
  if (list) uncounted(() => appendFileSync(list, `${callKind} ${name} ${String(detail).split('\n')[0]}\n`));
  if (calls !== at) return false;
  uncounted(() => appendFileSync(mark, ''));
  return true;
}

let inside = false;

/** The calls inside a call (`writeFileSync` opens, writes and closes) are not counted. */
function uncounted(work) {
  inside = true;
  try {
    return work();
  } finally {
    inside = false;
  }
}

function die() {
  process.kill(process.pid, 'SIGKILL');
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0); // until it takes effect
}

function systemError(name, path) {
  return Object.assign(new Error(`${code}: injected, ${name} '${path}'`), { code, syscall: name, path, errno: -5 });
}

/** The nearest frame outside this file and outside Node's fs must be one of the program's bundle. */
function isOwnCall() {
  const frames = (new Error().stack ?? '').split('\n').slice(1);
  const caller = frames.find((frame) => !frame.includes(__filename) && !frame.includes('node:fs'));
  return caller !== undefined && caller.includes('.bundle.js');
}

if (kind === 'file') {
  Error.stackTraceLimit = 10;
  // existsSync never throws.
  for (const name of Object.keys(fs).filter((key) => key.endsWith('Sync') && key !== 'existsSync')) {
    const original = fs[name];
    fs[name] = function (...parameters) {
      const call = () => original.apply(this, parameters);
      // If stdout or stderr fails, the output is lost; other tests cover that (a full disk behind `>`).
      const isOutput = name === 'writeSync' && parameters[0] <= 2;
      if (inside || isOutput || !isOwnCall()) return call();
      if (!isDue('file', name, parameters[0])) return uncounted(call);
      if (code === 'kill' && !late) die();
      if (late) uncounted(call);
      if (code === 'kill') die();
      throw systemError(name, parameters[0]);
    };
  }
}

function sqliteError() {
  return Object.assign(new Error(`${code}: injected`), { code, errno: 10 });
}

/** Wraps a method of the driver whose last parameter is a callback. */
function wrapMethod(prototype, name) {
  const original = prototype[name];
  prototype[name] = function (...parameters) {
    const callback = parameters.at(-1);
    if (typeof callback !== 'function' || !isDue('database', name, name === 'exec' ? parameters[0] : ''))
      return original.apply(this, parameters);
    if (code === 'kill' && !late) die();
    const fail = () => {
      if (code === 'kill') die();
      callback.call(this, sqliteError());
    };
    if (late) return original.apply(this, [...parameters.slice(0, -1), fail]);
    process.nextTick(fail);
    return this;
  };
}

if (kind === 'database') {
  const load = Module._extensions['.node'];
  Module._extensions['.node'] = function (module, filename) {
    load(module, filename);
    if (!filename.endsWith('node_sqlite3.node')) return;
    const driver = module.exports;
    wrapMethod(driver.Database.prototype, 'exec');
    wrapMethod(driver.Database.prototype, 'close');
    wrapMethod(driver.Statement.prototype, 'all');
    for (const name of ['Database', 'Statement']) {
      driver[name] = new Proxy(driver[name], {
        construct(target, parameters) {
          const callback = parameters.at(-1);
          if (!isDue('database', name === 'Database' ? 'open' : 'prepare', parameters[name === 'Database' ? 0 : 1])) {
            return new target(...parameters);
          }
          if (code === 'kill' && !late) die();
          process.nextTick(() => (code === 'kill' ? die() : callback(sqliteError())));
          if (late) return new target(...parameters.slice(0, -1), () => undefined);
          return { all: () => undefined, finalize: () => undefined, close: (done) => done(null), configure() {} };
        },
      });
    }
  };
}
