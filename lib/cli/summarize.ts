/** `report summary`: the week in ten lines; with --mail it goes to `email.to`, with the page attached. */
import { sendEmail } from '../alert/email';
import { staleAfter } from '../clock';
import type { Config } from '../config/config';
import { allSecretValues, loadSecrets } from '../config/secrets';
import { MonitorError } from '../errors';
import type { Redactor } from '../logging/redact';
import { renderPage } from '../report/page/page';
import { nothingYet } from '../report/report';
import type { Request } from '../report/request';
import { summaryOf } from '../report/summary';
import { allTrouble } from '../report/trouble';
import { databasePath } from '../store/files';
import { withReader } from '../store/reader';

export interface SummaryContext {
  config: Config;
  request: Request;
  /** where the mail server is named; null: nothing is sent */
  secretsFile: string | null;
  redactor: Redactor;
}

const MAIL_TIMEOUT_MS = 30_000;

/**
 * @returns a sentence if there is nothing to report
 * @throws MonitorError `configuration` if no mail server is configured, `email` if it does not take the mail
 */
export async function summarize(context: SummaryContext): Promise<{ sentence: string | null; lines: string[] }> {
  const { config, request, secretsFile } = context;
  const email = secretsFile === null ? null : emailIn(secretsFile, context.redactor);
  const path = databasePath(config.storage.data_directory);
  const made = await withReader(path, async (reader) => {
    const lines = await summaryOf(reader, config, request);
    if (email === null) return { lines, page: '' };
    const page = await renderPage(reader, {
      ...{ config, request, staleAfterMs: staleAfter(config.collection.interval_minutes) },
      troubleSince: (fromMs) => allTrouble(reader[0], config, request, fromMs),
    });
    return { lines, page };
  });
  if (made === null) return { sentence: nothingYet(path), lines: [] };
  const { lines, page } = made;
  if (email !== null) {
    const attachment = { filename: 'home-climate.html', content: page, contentType: 'text/html; charset=utf-8' };
    const message = { subject: lines[0] ?? '', text: `${lines.join('\n')}\n`, attachments: [attachment] };
    await sendEmail(email, message, MAIL_TIMEOUT_MS);
  }
  return { sentence: null, lines };
}

function emailIn(file: string, redactor: Redactor) {
  const { secrets, faults } = loadSecrets(file);
  if (faults.email !== undefined) throw faults.email;
  for (const value of allSecretValues(secrets)) redactor.add(value);
  if (secrets.email !== undefined) return secrets.email;
  throw new MonitorError(`${file} has no section email: nobody to send to`, {
    type: 'configuration',
    permanent: true,
    remediation: 'Fill in the section email; config/secrets.example.yaml shows it.',
  });
}
