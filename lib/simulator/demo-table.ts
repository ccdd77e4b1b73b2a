/** The end of the demo: what the two collectors stored, as a table. */
import { QUANTITIES, QUANTITY_NAMES } from '../quantities';
import { Database, type Row } from '../store/database';

/** The view `readings`, read-only. */
export async function readStored(databaseFile: string): Promise<Row[]> {
  const database = await Database.open(databaseFile, 'read-only');
  try {
    return await database.all('SELECT * FROM readings ORDER BY device_type DESC, location');
  } finally {
    await database.close();
  }
}

const COLUMNS: readonly (readonly [title: string, name: string, decimals?: number])[] = [
  ['location', 'location'],
  ['device', 'device_id'],
  ...QUANTITY_NAMES.map((name) => {
    const { short, unit, decimals } = QUANTITIES[name];
    return [[short, unit].filter((part) => part !== '').join(' '), name, decimals] as const;
  }),
];

/** Text to the left, numbers to the right; an absent quantity is a dash. */
export function renderTable(rows: Row[]): string {
  const cells = rows.map((row) => COLUMNS.map(([, name, decimals]) => cell(row[name], decimals)));
  const widths = COLUMNS.map(([title], column) =>
    Math.max(title.length, ...cells.map((line) => line[column]?.length ?? 0)),
  );
  const line = (texts: string[]) =>
    texts
      .map((text, column) => (column < 2 ? text.padEnd(widths[column] ?? 0) : text.padStart(widths[column] ?? 0)))
      .join('  ')
      .trimEnd();
  return [
    line(COLUMNS.map(([title]) => title)),
    widths.map((width) => '─'.repeat(width)).join('  '),
    ...cells.map(line),
  ].join('\n');
}

function cell(value: Row[string] | undefined, decimals: number | undefined): string {
  if (value === null || value === undefined) return '–';
  return typeof value === 'number' && decimals !== undefined ? value.toFixed(decimals) : String(value);
}
