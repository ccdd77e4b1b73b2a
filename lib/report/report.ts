/** Makes one report: reads the database, and writes the output completely or not at all. */
import { accessSync, constants, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config/config';
import { MonitorError } from '../errors';
import { fileError } from '../files/file-error';
import { acquireLock } from '../store/lock';
import { RUN_A_CYCLE } from '../sources/all';
import { databasePath } from '../store/files';
import { withReader } from '../store/reader';
import type { ContentContext } from './content-context';
import { rowsAs, writeContent } from './contents';
import { nameOfExport, newCycles, saveCursor, type Cursor } from './cursor';
import { renderRetries } from './formats/retries-table';
import type { Request } from './request';
import { RETRY_COLUMNS, retriesBetween } from './retries';
import { fileSink, type Sink } from './sink';
import type { Style } from './text';
import { asTyped } from '../typed-command';

export interface ReportContext {
  config: Config;
  request: Request;
  /** absolute or relative to the working directory; null: standard output */
  output: string | null;
  /** configuration and secrets: never replaced by the output */
  ownFiles?: readonly string[];
  stdout: Sink;
  style: Style;
  /** of the terminal, in columns; null if there is none */
  width?: number | null;
  envelope: (content: object) => string;
}

/** @returns a sentence if there is nothing to report, else null */
export async function makeReport(context: ReportContext): Promise<string | null> {
  if (context.request.view === 'retries') return await listRetries(context);
  if (!context.request.sinceLast) return (await write(context)).sentence;
  const { data_directory } = context.config.storage;
  requireWritable(data_directory);
  const lock = await acquireLock(join(data_directory, '.export.lock'), 5000);
  if (lock === null) throw stillExporting();
  try {
    const { sentence, cursor } = await write(context);
    if (cursor !== null) saveCursor(data_directory, nameOfExport(context.request), cursor);
    return sentence;
  } finally {
    await lock.release();
  }
}

/** The logs tell of retries; no database is needed. */
async function listRetries(context: ReportContext): Promise<null> {
  const { config, request } = context;
  const rows = await retriesBetween(config, request.fromMs ?? 0, request.toMs);
  const sink = sinkOf(context);
  if (request.format === 'table') sink.write(renderRetries(rows, context.style, context.width));
  else if (request.format === 'json') sink.write(context.envelope({ retries: rows }));
  else sink.write(rowsAs(request, RETRY_COLUMNS, rows));
  sink.finish();
  return null;
}

function sinkOf({ config, output, ownFiles, stdout }: ReportContext): Sink {
  return output === null ? stdout : fileSink(output, config.storage.data_directory, ownFiles);
}

async function write(context: ReportContext): Promise<{ sentence: string | null; cursor: Cursor | null }> {
  const { config, request } = context;
  const { data_directory } = config.storage;
  const path = databasePath(data_directory);
  let sent = false;
  const answer = await withReader(path, async (reader) => {
    if (sent) throw changedWhileSent(path);
    const sink = sinkOf(context);
    const name = nameOfExport(request);
    const content: ContentContext = {
      width: null,
      ...context,
      write: (text) => {
        sent ||= context.output === null;
        sink.write(text);
      },
      range: request.sinceLast ? (database) => newCycles(database, data_directory, name, request.nowMs) : null,
    };
    try {
      const cursor = await writeContent(reader, content);
      sink.finish();
      return { sentence: null, cursor };
    } catch (thrown) {
      sink.discard();
      throw thrown;
    }
  });
  return answer ?? { sentence: nothingYet(path), cursor: null };
}

export function nothingYet(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false }) === undefined ? 'is not there yet' : 'is empty';
  return asTyped(`${path} ${found}: run a collector first, or wait for cron to do it: ${RUN_A_CYCLE}`);
}

/** Checked before anything is exported: an export whose cursor cannot be saved would be repeated. */
function requireWritable(directory: string): void {
  try {
    accessSync(directory, constants.W_OK);
  } catch (thrown) {
    throw fileError('write the export cursor into', directory, thrown);
  }
}

function stillExporting(): MonitorError {
  return new MonitorError('another export with --since-last is still running', {
    type: 'overlap',
    remediation: 'Wait for its end.',
  });
}

function changedWhileSent(path: string): MonitorError {
  return new MonitorError(`${path} was changed by a collector while the report was being written.`, {
    type: 'database_locked',
    remediation: 'Run it again with --output FILE, or as the user of the collectors.',
  });
}
