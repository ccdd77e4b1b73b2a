/**
 * The simulated devices of the bench, in a separate process: `homes.ts DIRECTORY SENSORS…`. For each number of
 * sensors it makes DIRECTORY/https-<n> and DIRECTORY/http-<n>, and of the first http home those that hand something on.
 * It prints what these hand on as JSON, and ends when its stdin ends.
 */
import { join } from 'node:path';
import { startAqmCloud } from '../../../lib/simulator/aqm-cloud';
import { startHueBridge } from '../../../lib/simulator/hue-bridge';
import { home } from '../../../lib/simulator/hue-home';
import { folderOf, kindsOf } from './hand-on';
import { writeScratchInstallation } from '../../../lib/simulator/scratch-installation';

async function openHomes([, , directory = '', ...sizes]: string[]): Promise<void> {
  let kinds: Awaited<ReturnType<typeof kindsOf>> = [];
  for (const size of sizes) {
    const sensors = Number(size);
    for (const protocol of ['https', 'http'] as const) {
      const bridge = await startHueBridge({ home: home({ motionSensors: sensors }), protocols: [protocol] });
      const cloud = await startAqmCloud({ monitors: sensors });
      writeScratchInstallation(join(directory, `${protocol}-${sensors}`), { bridge, cloud });
      if (protocol === 'https' || kinds.length > 0) continue;
      const batteries = Object.values(bridge.home.resources.sensors).flatMap(({ config, type }) =>
        type === 'ZLLTemperature' ? [Number(config['battery'])] : [],
      );
      kinds = await kindsOf(directory, Math.min(...batteries));
      for (const { name, config = {}, secrets = {} } of kinds)
        writeScratchInstallation(join(directory, folderOf(name)), { bridge, config, secrets });
    }
  }
  console.log(JSON.stringify(kinds));
  process.stdin.resume().once('end', () => process.exit(0));
}

void openHomes(process.argv);
