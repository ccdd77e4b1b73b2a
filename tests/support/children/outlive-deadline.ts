/** A cycle that hangs at a place that no other deadline covers: `node … outlive-deadline SECONDS`. */
import { startCycleEnd } from '../../../lib/reliability/cycle-end';

process.exitCode = 1;
startCycleEnd(Number(process.argv[3]));
console.log('hangs');
setInterval(() => undefined, 60_000);
