'use strict';
/**
 * `node --require` it before a command, and at the end of the run what V8 has compiled of the command's bundle lies
 * beside it: exactly the functions that such a run needs.
 */
const { renameSync, writeFileSync } = require('node:fs');
const vm = require('node:vm');

vm.Script = class extends vm.Script {
  constructor(source, options) {
    super(source, options);
    const file = `${options.filename}.cache`;
    process.once('exit', () => {
      // V8 believes what it finds here: flushed, so that a power cut cannot leave holes in it.
      writeFileSync(`${file}.${process.pid}`, this.createCachedData(), { flush: true });
      renameSync(`${file}.${process.pid}`, file);
    });
  }
};
