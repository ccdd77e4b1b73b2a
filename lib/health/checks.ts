/** The table of all checks. A new one is a file under checks/ and a row here. */
import type { Check } from '../check/check';
import { COLLECTORS, SOURCES } from '../sources/all';

export const CHECKS: readonly Check[] = [
  {
    name: 'config',
    title: 'config.yaml: found, valid, and nothing odd in it',
    stops: COLLECTORS,
    remedy: {
      say: 'Fix what is named (config/config.example.yaml explains each key), then',
      command: 'node bin/health.js config',
    },
    needsNetwork: false,
    needsConfig: false,
    run: async (context) => (await import('./checks/config')).checkConfig(context),
  },
  {
    name: 'secrets',
    title: 'secrets.yaml: present, well-formed, not readable by other users',
    stops: [],
    remedy: {
      say: 'Fix what is named (config/secrets.example.yaml shows the sections), then',
      command: 'node bin/health.js secrets',
    },
    needsNetwork: false,
    needsConfig: true,
    run: async (context) => (await import('./checks/secrets')).checkSecrets(context),
  },
  {
    name: 'database',
    title: 'readings.db: takes a row (written and rolled back), WAL, integrity, schema, spool',
    stops: [],
    remedy: {
      say: 'Look at the owners and modes in the data directory, then',
      command: 'node bin/health.js database --verbose',
    },
    needsNetwork: false,
    needsConfig: true,
    run: async (context) => (await import('./checks/database')).checkDatabase(context),
  },
  {
    name: 'logging',
    title: 'log directory: writable, within its limits, rotation not overdue',
    stops: [],
    remedy: {
      say: 'Look at the owner and mode of the log directory, then',
      command: 'node bin/health.js logging --verbose',
    },
    needsNetwork: false,
    needsConfig: true,
    run: async (context) => (await import('./checks/logging')).checkLogging(context),
  },
  {
    name: 'disk',
    title: 'free space and inodes where data and logs are',
    stops: [],
    remedy: { say: 'Make room on the disk', command: 'df -h && df -i' },
    needsNetwork: false,
    needsConfig: true,
    run: async (context) => (await import('./checks/disk')).checkDisk(context),
  },
  ...SOURCES.map((row): Check => ({
    name: row.collector,
    title: row.check.title,
    stops: [row.collector],
    remedy: row.check.remedy,
    needsNetwork: true,
    needsConfig: true,
    run: (context) => row.check.run(context, row),
  })),
  {
    name: 'freshness',
    title: 'newest measurement of each device, last cycles, gaps of the last 24 hours',
    stops: [],
    remedy: { say: 'See what the cycles said, and whether cron runs them', command: 'node bin/report.js gaps' },
    needsNetwork: false,
    needsConfig: true,
    run: async (context) => (await import('./checks/freshness')).checkFreshness(context),
  },
  {
    name: 'clock',
    title: 'the time that cycles are stamped with',
    stops: [],
    remedy: { say: 'See whether this machine keeps time', command: 'timedatectl' },
    needsNetwork: false,
    needsConfig: true,
    run: async (context) => (await import('./checks/clock')).checkClock(context),
  },
  {
    name: 'alerts',
    title: 'no login by hand is needed',
    stops: SOURCES.filter(({ raisesAlert }) => raisesAlert).map(({ collector }) => collector),
    remedy: { say: 'Log in again', command: 'node bin/auth-amazon.js' },
    needsNetwork: false,
    needsConfig: true,
    run: async (context) => (await import('./checks/alerts')).checkAlerts(context),
  },
];
