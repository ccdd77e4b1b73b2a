/** What the full configuration holds besides the sensors: lights, rooms, scenes, rules, links. */
import type { Home } from './hue-home-shape';
import { roomName } from './hue-home-sensors';
import type { Random } from './random';

const SCENES = ['Relax', 'Read', 'Concentrate', 'Energize', 'Nightlight'];

export function addOtherParts({ resources, otherKeys }: Home, lights: number, random: Random): void {
  const owner = otherKeys[0] ?? random.hex(40);
  for (let number = 1; number <= lights; number++) {
    const light = String(number);
    resources.lights[light] = lightOf(number, random);
    resources.groups[light] = {
      name: roomName(number),
      lights: [light],
      sensors: [],
      type: 'Room',
      state: { all_on: false, any_on: false },
      recycle: false,
      class: 'Living room',
      action: {
        on: false,
        bri: 254,
        hue: 8417,
        sat: 140,
        effect: 'none',
        xy: [0.4573, 0.41],
        ct: 366,
        alert: 'none',
        colormode: 'xy',
      },
    };
    for (const name of SCENES) {
      resources.scenes[random.hex(15)] = {
        name,
        type: 'GroupScene',
        group: light,
        lights: [light],
        owner,
        recycle: false,
        locked: false,
        appdata: { version: 1, data: `${random.hex(5)}_r${light.padStart(2, '0')}_d01` },
        picture: '',
        lastupdated: '2025-03-02T19:14:01',
        version: 2,
      };
    }
    resources.rules[light] = ruleOf(number, owner);
  }
  if (lights > 0) {
    resources.resourcelinks['43223'] = {
      name: 'Dimmer',
      description: 'Hue dimmer switch behavior',
      type: 'Link',
      classid: 10011,
      owner,
      recycle: false,
      links: ['/sensors/3', '/groups/1', '/rules/1'],
    };
  }
}

function lightOf(number: number, random: Random) {
  const on = random.next() < 0.4;
  return {
    state: {
      on,
      bri: random.between(1, 254),
      hue: 8417,
      sat: 140,
      effect: 'none',
      xy: [0.4573, 0.41],
      ct: 366,
      alert: 'none',
      colormode: 'xy',
      mode: 'homeautomation',
      reachable: true,
    },
    swupdate: { state: 'noupdates', lastinstall: '2025-06-18T20:18:05' },
    type: 'Extended color light',
    name: `${roomName(number)} lamp`,
    modelid: 'LCT014',
    manufacturername: 'Signify Netherlands B.V.',
    productname: 'Hue color lamp',
    capabilities: {
      certified: true,
      control: {
        mindimlevel: 1000,
        maxlumen: 800,
        colorgamuttype: 'C',
        colorgamut: [
          [0.6915, 0.3083],
          [0.17, 0.7],
          [0.1532, 0.0475],
        ],
        ct: { min: 153, max: 500 },
      },
      streaming: { renderer: true, proxy: true },
    },
    config: {
      archetype: 'sultanbulb',
      function: 'mixed',
      direction: 'omnidirectional',
      startup: { mode: 'safety', configured: true },
    },
    uniqueid: `00:17:88:01:02:${(random.hex(6).match(/../g) ?? []).join(':')}-0b`,
    swversion: '1.104.2',
    swconfigid: '3027B5DE',
    productid: 'Philips-LCT014-1-A19ECLv4',
  };
}

function ruleOf(number: number, owner: string) {
  return {
    name: `Dimmer Switch on${number}`,
    owner,
    created: '2025-03-02T18:19:13',
    lasttriggered: 'none',
    timestriggered: 0,
    status: 'enabled',
    recycle: true,
    conditions: [
      { address: '/sensors/3/state/buttonevent', operator: 'eq', value: '1000' },
      { address: '/sensors/3/state/lastupdated', operator: 'dx' },
    ],
    actions: [{ address: `/groups/${number}/action`, method: 'PUT', body: { on: true } }],
  };
}
