/**
 * Takes the place of the global `performance` in every bundle: that one loads ten modules of Node.js, which costs a
 * cycle 0.7 ms. Milliseconds since the process started, by a clock that never jumps, as there.
 */
export const performance = {
  now: () => process.uptime() * 1000,
  get timeOrigin() {
    return Date.now() - process.uptime() * 1000;
  },
};
