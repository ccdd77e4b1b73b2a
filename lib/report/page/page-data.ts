/** What the page's script is told, as JSON in the page. Times are seconds since 1970. */

export interface PageData {
  /** when it was made */
  made: number;
  /** the time zone of the home, by which days are counted */
  zone: string;
  /** after how many seconds a value is late */
  staleAfter: number;
  /** whether the page is served live, and may ask whether there is a newer one */
  live: boolean;
  quantities: PageQuantity[];
  lines: PageLine[];
  /** the shortest first */
  ranges: PageRange[];
  /** number of the range that is shown first */
  shown: number;
  nights: (readonly [from: number, to: number])[];
}

export interface PageQuantity {
  name: string;
  title: string;
  unit: string;
  decimals: number;
  logarithmic: boolean;
  recommended: readonly [lowest: number | null, highest: number | null] | null;
}

/** One device in one location. */
export interface PageLine {
  location: string;
  /** what distinguishes it from others of the location; '' if it is alone */
  mark: string;
  /** false if the device is elsewhere now, or gone */
  isCurrent: boolean;
}

export interface PageRange {
  /** `24 h` */
  label: string;
  from: number;
  to: number;
  /** the middle of each stretch */
  times: number[];
  /** problems of this time */
  trouble: string[];
  /** of each line: quantity → its values, see compact.ts */
  values: Record<string, string>[];
  /** of each line: the stretches in which it only repeated old values, and those with a gap before them */
  stale: number[][];
  broken: number[][];
  /** outside the limits of plausible temperatures */
  anomalies: (readonly [line: number, time: number, value: number])[];
}
