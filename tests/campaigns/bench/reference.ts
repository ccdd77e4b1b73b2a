/**
 * The program that the commands are compared with: it does the same with the published packages, as their documentation
 * shows it, without our code: one checked configuration, one request, one transaction, one line in the log. No lock,
 * no deadline, no retry, no size limit, no redaction, nothing verified. Arguments: an installation, and a separate folder.
 */
import { readFileSync } from 'node:fs';
import { Agent } from 'node:https';
import { join } from 'node:path';
import { load } from 'js-yaml';
import fetch from 'node-fetch';
import sqlite3 from 'sqlite3';
import winston from 'winston';
import DailyRotateFile from 'winston-daily-rotate-file';
// Made by ajv-standalone from the schema; it needs neither our code nor ajv.
import { validateConfig, validateSecrets } from '../../../lib/config/validators.generated';

interface Config {
  hue: { bridge_url: string; bridge_id: string; ca_file: string };
}

interface Secrets {
  hue: { username: string };
}

interface Answer {
  type: string;
  name: string;
  uniqueid: string;
  state: { temperature: number };
}

const [, , installation = '', own = ''] = process.argv;

function read(file: string, isValid: (data: unknown) => boolean): unknown {
  const data = load(readFileSync(join(installation, 'config', file), 'utf8'));
  if (!isValid(data)) throw new Error(`${file} is not valid`);
  return data;
}

async function run(): Promise<void> {
  const { hue } = read('config.yaml', validateConfig) as Config;
  const secrets = read('secrets.yaml', validateSecrets) as Secrets;
  const logger = winston.createLogger({
    format: winston.format.combine(winston.format.timestamp(), winston.format.json()),
    // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- its types and winston's differ in name only
    transports: [new DailyRotateFile({ dirname: own, filename: 'reference-%DATE%.log', maxSize: '10m', maxFiles: 5 })],
  });
  const response = await fetch(`${hue.bridge_url}/api/${secrets.hue.username}/sensors`, {
    ...(hue.bridge_url.startsWith('https:')
      ? { agent: new Agent({ ca: readFileSync(hue.ca_file), servername: hue.bridge_id }) }
      : {}),
  });
  const sensors = Object.values((await response.json()) as Record<string, Answer>);
  const temperatures = sensors.filter(({ type }) => type === 'ZLLTemperature');
  const database = new sqlite3.Database(join(own, 'reference.db'));
  const rows = temperatures.map(() => '(?, ?, ?, ?)').join();
  const now = new Date().toISOString();
  database.serialize(() => {
    database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
      CREATE TABLE IF NOT EXISTS readings (device TEXT, name TEXT, at TEXT, celsius REAL); BEGIN IMMEDIATE`);
    database.run(
      `INSERT INTO readings VALUES ${rows}`,
      temperatures.flatMap(({ uniqueid, name, state }) => [uniqueid, name, now, state.temperature / 100]),
    );
    database.exec('COMMIT');
    database.close((error) => {
      if (error) throw error;
      logger.info(`${temperatures.length} readings stored`);
    });
  });
}

void run();
