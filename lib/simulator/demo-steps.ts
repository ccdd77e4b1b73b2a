/** `npm run demo -- --keep`: what to try by hand, as it has to be typed, while the devices go on. */
import { join } from 'node:path';
import { shellQuoted } from '../wording';
import type { HueBridge } from './hue-bridge';
import type { ScratchInstallation } from './scratch-installation';

/** Each command is absolute, so that it works from any directory. */
export function stepsByHand(bin: string, { flags, directory }: ScratchInstallation): string {
  const command = (name: string, ...rest: string[]) =>
    ['node', ...[join(bin, `${name}.js`), ...rest, ...flags].map(shellQuoted)].join(' ');
  const page = join(directory, 'climate.html');
  const steps: [does: string, command: string][] = [
    ['Collect once more, as cron would', command('collect-hue', '--verbose')],
    ['See the latest values, and the last day', command('report')],
    ['Check everything', command('health')],
    [`Draw the charts, then open ${page} in a browser`, command('report', '--format', 'html', '--output', page)],
    [
      'Let the bridge forget the key, then collect (the same kill again: it knows it)',
      `kill -USR1 ${process.pid}; ${command('collect-hue')}`,
    ],
  ];
  return steps.map(([does, line], index) => `${index + 1}. ${does}:\n   ${line}`).join('\n');
}

/** SIGUSR1 makes the bridge forget the key of the installation, and know it again the next time. */
export function forgetKeyOnSignal({ state, key }: HueBridge): void {
  process.on('SIGUSR1', () => {
    if (!state.keys.delete(key)) state.keys.add(key);
    process.stdout.write(`The bridge ${state.keys.has(key) ? 'knows the key again' : 'has forgotten the key'}.\n`);
  });
}
