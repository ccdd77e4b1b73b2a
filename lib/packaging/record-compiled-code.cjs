'use strict';
/**
 * `node --require` it before a command, and at the end of the run what V8 has compiled of the command's bundle lies
 * beside it: exactly the functions that such a run needs.
 */
const { renameSync, rmSync, writeFileSync } = require('node:fs');
const vm = require('node:vm');

vm.Script = class extends vm.Script {
  constructor(source, options) {
    super(source, options);
    const file = `${options.filename}.cache`;
    process.once('exit', () => {
      const code = this.createCachedData();
      const platform = Buffer.from(`${process.version} ${process.platform} ${process.arch}`);
      // In the form that start.cjs checks; written completely or not at all, and flushed, so that a power cut cannot damage it.
      const content = Buffer.concat([code, Buffer.from(source, 'latin1'), code, platform]);
      const temporary = `${file}.${process.pid}`;
      try {
        writeFileSync(temporary, content, { flush: true });
        renameSync(temporary, file);
      } finally {
        rmSync(temporary, { force: true });
      }
    });
  }
};
