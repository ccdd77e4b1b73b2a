/** The end of the demo: what the two collectors stored, as a table. */
import { QUANTITIES, QUANTITY_NAMES } from '../quantities';
import { Database, type Row } from '../store/database';
import { wrapped } from '../wording';

/** The view `readings`, read-only. */
export async function readStored(databaseFile: string): Promise<Row[]> {
  const database = await Database.open(databaseFile, 'read-only');
  try {
    return await database.all('SELECT * FROM readings ORDER BY device_type DESC, location');
  } finally {
    await database.close();
  }
}

const WIDTH = 80;

/** A line for each device, in 80 columns: location, id, and what it has measured. */
export function renderTable(rows: Row[]): string {
  const longest = Math.max(...rows.map(({ location }) => String(location).length));
  return rows
    .flatMap((row) => {
      const start = `${String(row['location']).padEnd(longest)}  ${String(row['device_id'])}  `;
      const lines = wrapped(measured(row).join(', '), WIDTH - start.length);
      return lines.map((line, n) => (n === 0 ? start : ' '.repeat(start.length)) + line);
    })
    .join('\n');
}

/** `22.2 °C`, `PM2.5 15 µg/m³`; what the device does not measure is left out. */
function measured(row: Row): string[] {
  return QUANTITY_NAMES.flatMap((name) => {
    const { short, unit, decimals } = QUANTITIES[name];
    const value = row[name];
    return typeof value === 'number' ? [[short, value.toFixed(decimals), unit].filter(Boolean).join(' ')] : [];
  });
}
