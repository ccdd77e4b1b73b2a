/**
 * The simulated devices of the bench, in a separate process: `homes.ts DIRECTORY SENSORS…`. For each number of
 * sensors it makes DIRECTORY/https-<n> and DIRECTORY/http-<n>, prints `ready`, and ends when its stdin ends.
 */
import { join } from 'node:path';
import { startAlexaCloud } from '../../../lib/simulator/alexa-cloud';
import { startHueBridge } from '../../../lib/simulator/hue-bridge';
import { home } from '../../../lib/simulator/hue-home';
import { writeScratchInstallation } from '../../../lib/simulator/scratch-installation';

async function openHomes([, , directory = '', ...sizes]: string[]): Promise<void> {
  for (const size of sizes) {
    const sensors = Number(size);
    for (const protocol of ['https', 'http'] as const) {
      const bridge = await startHueBridge({ home: home({ motionSensors: sensors }), protocols: [protocol] });
      const cloud = await startAlexaCloud({ monitors: sensors });
      writeScratchInstallation(join(directory, `${protocol}-${sensors}`), { bridge, cloud });
    }
  }
  console.log('ready');
  process.stdin.resume().once('end', () => process.exit(0));
}

void openHomes(process.argv);
