/** The quantities of a report, measured and derived, with their names in each output. */
import { QUANTITY_NAMES, quantityRow, type QuantityName, type QuantityRow } from '../quantities';
import type { StoredReading } from '../store/queries';
import { storedValue } from '../store/schema';
import { DERIVED, DERIVED_NAMES, type DerivedName, type DerivedRow } from './derived';

export type Units = 'metric' | 'us';

type Shown = Pick<QuantityRow, 'name' | 'title' | 'short' | 'unit' | 'decimals'> &
  Partial<Pick<QuantityRow, 'logarithmic' | 'onlyLatest' | 'recommended' | 'levels' | 'better'>>;

export interface Quantity extends Shown {
  /** its name in metric units; of a measured one the column of the view `readings` */
  column: QuantityName | DerivedName;
  /** column of the output, which names the unit */
  label: string;
  isDerived: boolean;
  /** columns of the view without which it is not known */
  needs: readonly QuantityName[];
  /** null if it is not known */
  valueOf: (reading: StoredReading) => number | null;
  /** the same in SQL, from the table `reading` called `r` */
  sql: string;
  /** from the stored value to the shown one */
  convert: (value: number) => number;
}

const asStored = (value: number): number => value;

/** Those that are measured, in the order in which they are shown. */
export function quantitiesIn(units: Units): readonly Quantity[] {
  return QUANTITY_NAMES.map((column) => {
    const row = quantityRow(column);
    const valueOf = (reading: StoredReading) => reading[column];
    return {
      ...row,
      ...named(column, row, units),
      isDerived: false,
      needs: [column],
      valueOf,
      sql: storedValue(column),
    };
  });
}

/** Those that are worked out of others of the same reading: shown if they are asked for, and on the page. */
export function derivedIn(units: Units): readonly Quantity[] {
  return DERIVED_NAMES.map((column) => {
    const row: DerivedRow = DERIVED[column];
    const [first, second] = row.needs;
    const valueOf = (reading: StoredReading) => {
      const values = [reading[first], reading[second]] as const;
      return values[0] === null || values[1] === null ? null : row.of(values[0], values[1]);
    };
    const sql = row.sql(storedValue(first), storedValue(second));
    return { ...row, ...named(column, row, units), isDerived: true, valueOf, sql };
  });
}

function named<Column extends Quantity['column']>(
  column: Column,
  { unit, us }: Pick<QuantityRow, 'unit' | 'us'>,
  units: Units,
) {
  return units === 'metric' || us === undefined
    ? { column, label: column as string, unit, convert: asStored }
    : { column, label: us.column, unit: us.unit, convert: us.convert };
}

/** The value in the form for users, without the unit. */
export function shown({ convert, decimals }: Quantity, value: number): string {
  const text = convert(value).toFixed(decimals);
  return Number(text) === 0 ? text.replace('-', '') : text;
}

/** The value in the form for programs: as it was stored, or converted or worked out, and rounded. */
export function exported({ convert, isDerived }: Quantity, value: number): number {
  return convert === asStored && !isDerived ? value : Number(convert(value).toFixed(3));
}

export function withUnit(quantity: Quantity, value: number): string {
  return quantity.unit === '' ? shown(quantity, value) : `${shown(quantity, value)} ${quantity.unit}`;
}
