/** A prefix for a command that waits for real times: its clock and its timers run faster by the given factor. */
import { spawnSync } from 'node:child_process';

const isInstalled = spawnSync('faketime', ['--version']).status === 0;

/** @returns an empty prefix if faketime is not installed: the test then takes the real time */
export const fasterClock = (times: number): string[] => (isInstalled ? ['faketime', '-f', `+0 x${times}`] : []);
