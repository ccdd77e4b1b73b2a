/** The quantities, with their names in each output. */
import { QUANTITY_NAMES, quantityRow, type QuantityName, type QuantityRow } from '../quantities';

export type Units = 'metric' | 'us';

export interface Quantity extends QuantityRow {
  /** column of the view `readings` */
  column: QuantityName;
  /** column of the output, which names the unit */
  label: string;
  /** from the stored value to the shown one */
  convert: (value: number) => number;
}

const asStored = (value: number): number => value;

/** In the order in which they are shown. */
export function quantitiesIn(units: Units): readonly Quantity[] {
  return QUANTITY_NAMES.map((column) => {
    const row = quantityRow(column);
    if (units === 'metric' || row.us === undefined) return { ...row, column, label: column, convert: asStored };
    return { ...row, column, label: row.us.column, unit: row.us.unit, convert: row.us.convert };
  });
}

/** The value in the form for users, without the unit. */
export function shown({ convert, decimals }: Quantity, value: number): string {
  const text = convert(value).toFixed(decimals);
  return Number(text) === 0 ? text.replace('-', '') : text;
}

/** The value in the form for programs: as it was stored, or converted and rounded. */
export function exported({ convert }: Quantity, value: number): number {
  return convert === asStored ? value : Number(convert(value).toFixed(3));
}

export function withUnit(quantity: Quantity, value: number): string {
  return quantity.unit === '' ? shown(quantity, value) : `${shown(quantity, value)} ${quantity.unit}`;
}
