/**
 * The tables of readings.db, shaped for 20 million readings at less than 60 bytes each, and the views that outsiders
 * query (docs/internals/database.md). What repeats is stored once: a reading is a handful of small integers. What is measured
 * comes from the list of quantities.
 */
import { QUANTITIES, type QuantityName, type QuantityRow } from '../quantities';
import { VERSION_1 } from './schema-version-1';
import { VERSION_2 } from './schema-version-2';

/**
 * A column of hundredths keeps 20.75 in 2 bytes and every value exactly: an integer in it counts hundredths, a real
 * number is the value itself.
 */
export function toHundredths(value: string): string {
  return `CASE WHEN abs(${value}) < 1e7 AND round(${value} * 100) / 100.0 = ${value}
    THEN CAST(round(${value} * 100) AS INTEGER) ELSE CAST(${value} AS REAL) END`;
}

function fromHundredths(column: string): string {
  return `CASE typeof(${column}) WHEN 'integer' THEN ${column} / 100.0 ELSE ${column} END`;
}

/** The SQL expression of a quantity's value, from the table `reading` called `r`. */
export function storedValue(name: QuantityName): string {
  return valueOf(QUANTITIES[name]);
}

function valueOf({ stored }: QuantityRow): string {
  return stored.as === 'hundredths' ? fromHundredths(`r.${stored.column}`) : `r.${stored.column}`;
}

/**
 * The outcome of a row of `cycle` that no cycle has written: it holds readings that were stored in other ways, and the
 * view `cycles` leaves it out.
 */
export const IMPORTED = 'imported';

function word(id: string): string {
  return `(SELECT text FROM word WHERE id = ${id})`;
}

/** What was added to the sensor's own temperature before it was stored. */
const TEMPERATURE_OFFSET = fromHundredths('r.temperature_offset');

type QuantityRows = Readonly<Record<string, QuantityRow>>;

/**
 * What a row of the view `readings` is made of. CROSS JOIN makes SQLite look up cycles first: without statistics it
 * would read all readings for one hour of them.
 */
function readingsOf(quantities: QuantityRows, version = Infinity): string {
  const values = Object.entries(quantities).map(([name, row]) => `  ${valueOf(row)} AS ${name},\n`);
  return `SELECT
  c.started_at AS timestamp,
  strftime('%Y-%m-%dT%H:%M:%fZ', c.started_at, (-r.age_ms / 1000.0) || ' seconds') AS measured_at,
  d.device_id AS device_id,
  d.device_type AS device_type,
  ${word('r.location')} AS location,
${values.join('')}  r.is_anomalous AS is_anomalous${version < 2 ? '' : `,\n  ${TEMPERATURE_OFFSET} AS temperature_offset_celsius`}
FROM cycle c CROSS JOIN reading r ON r.cycle = c.id JOIN device d ON d.id = r.device`;
}

/** The view `readings`, for queries that choose cycles by their id. */
export const READINGS = readingsOf(QUANTITIES);

/** What a version changes besides the columns of new quantities: version → SQL. A step is never changed, only added. */
const STEPS: Readonly<Record<number, string>> = { 1: VERSION_1, 2: VERSION_2 };

/** `[n]` leads from version n to n + 1: its step, the columns of the quantities that are new in it, and the view. */
export function migrationsOf(quantities: QuantityRows, steps = STEPS): string[] {
  const rows = Object.entries(quantities);
  const last = Math.max(...Object.keys(steps).map(Number), ...rows.map(([, { stored }]) => stored.since));
  return Array.from({ length: last }, (_, from) => {
    const version = from + 1;
    if (version === 1) return steps[1] ?? '';
    const columns = rows.filter(([, { stored }]) => stored.since === version).map(([, row]) => columnOf(row));
    const known = Object.fromEntries(rows.filter(([, { stored }]) => stored.since <= version));
    const view = `DROP VIEW readings; CREATE VIEW readings AS ${readingsOf(known, version)}`;
    return [...(steps[version] === undefined ? [] : [steps[version]]), ...columns, view].join(';\n');
  });
}

/** A column of hundredths has no type, so that SQLite keeps the integer. */
function columnOf({ stored }: QuantityRow): string {
  return `ALTER TABLE reading ADD COLUMN ${stored.column}${stored.as === 'real' ? ' REAL' : ''}`;
}

export const MIGRATIONS: readonly string[] = migrationsOf(QUANTITIES);

/** Value of `PRAGMA user_version`. */
export const SCHEMA_VERSION = MIGRATIONS.length;

/**
 * Lets a reader ask an older database, which it must not migrate, as if it were of today: temporary views take the
 * places of its table and view, and what it does not keep yet is NULL.
 */
export function viewsOver(version: number, quantities: QuantityRows = QUANTITIES): string {
  const missing = Object.values(quantities).filter(({ stored }) => stored.since > version);
  const columns = [...missing.map(({ stored }) => stored.column), ...(version < 2 ? ['temperature_offset'] : [])];
  const unknown = columns.map((column) => `, NULL AS ${column}`).join('');
  const cycles = ['cycle', 'cycles'].map(
    (name) => `CREATE TEMP VIEW ${name} AS
    SELECT c.*, NULL AS clock_offset_seconds, NULL AS clock, NULL AS interval_minutes FROM main.${name} c;`,
  );
  return `CREATE TEMP VIEW reading AS SELECT r.*${unknown} FROM main.reading r; ${version < 2 ? cycles.join('') : ''}
    CREATE TEMP VIEW readings AS ${readingsOf(quantities)}`;
}
