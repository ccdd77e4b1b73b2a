/** Reads CSV (RFC 4180) row by row, so that a file of any size fits into memory. */
import { createReadStream } from 'node:fs';
import { fileError } from '../files/file-error';

export interface CsvRow {
  /** where it begins, from 1 */
  line: number;
  cells: string[];
}

/** A quote that nobody closes would make one row of all that follows. */
const LONGEST_ROW = 1_000_000;

/** @throws MonitorError `file_system` if the file cannot be read, Error if it is not CSV */
export async function* csvRows(path: string): AsyncGenerator<CsvRow> {
  const parser = new CsvParser();
  try {
    for await (const chunk of createReadStream(path, 'utf8')) yield* parser.parse(String(chunk));
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown) throw fileError('read', path, thrown);
    throw thrown;
  }
  yield* parser.end();
}

class CsvParser {
  private line = 1;
  private begunAt = 1;
  private cells: string[] = [];
  private cell = '';
  /** `quoted`: inside of quotes; `closed`: after them, where a second quote stands for one */
  private state: 'start' | 'plain' | 'quoted' | 'closed' = 'start';
  private isFirst = true;

  *parse(text: string): Generator<CsvRow> {
    for (const character of this.isFirst ? text.replace(/^\uFEFF/, '') : text) {
      this.isFirst = false;
      if (character === '\n') this.line++;
      if (this.state === 'quoted') {
        if (character === '"') this.state = 'closed';
        else this.cell += character;
        if (this.cell.length > LONGEST_ROW) throw new Error(`line ${String(this.begunAt)}: a quote is not closed`);
      } else if (character === '"' && this.state !== 'plain') {
        if (this.state === 'closed') this.cell += '"';
        this.state = 'quoted';
      } else if (character === ',') this.endCell();
      else if (character === '\n') yield* this.endRow();
      else if (character !== '\r') {
        this.state = 'plain';
        this.cell += character;
      }
    }
  }

  *end(): Generator<CsvRow> {
    if (this.state === 'quoted') throw new Error(`line ${String(this.begunAt)}: a quote is not closed`);
    yield* this.endRow();
  }

  private endCell(): void {
    this.cells.push(this.cell);
    this.cell = '';
    this.state = 'start';
  }

  private *endRow(): Generator<CsvRow> {
    const isEmpty = this.cells.length === 0 && this.cell === '' && this.state === 'start';
    const line = this.begunAt;
    this.begunAt = this.line;
    if (isEmpty) return;
    this.endCell();
    const cells = this.cells;
    this.cells = [];
    yield { line, cells };
  }
}
