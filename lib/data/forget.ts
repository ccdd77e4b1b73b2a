/** `data forget DEVICE [--before T]`: deletes the readings of one device. */
import { EXIT } from '../exit-codes';
import { plural } from '../wording';
import { backUpFirst } from './backup-first';
import { deviceNamed, SETTLE_DEVICES } from './devices';
import { refusal, type DataContext, type DataResult } from './operation';
import { inTransaction, refuseMissingDatabase, withOwnDatabase } from './own-database';

/**
 * @param beforeMs milliseconds since 1970, not included; null: all of it
 * @throws MonitorError `refused` if the device is unknown, or nothing is that old
 */
export async function forget(typed: string, beforeMs: number | null, context: DataContext): Promise<DataResult> {
  refuseMissingDatabase(context);
  return await withOwnDatabase(context, async (database) => {
    const { id, device_id } = await deviceNamed(database, typed);
    const before = beforeMs === null ? null : new Date(beforeMs).toISOString();
    const old = `cycle IN (SELECT id FROM cycle WHERE started_at < '${before ?? '~'}')`;
    const found = await database.get<{ n: number; first: string; last: string }>(
      `SELECT count(*) AS n, min(started_at) AS first, max(started_at) AS last
       FROM reading JOIN cycle c ON c.id = cycle WHERE device = ? AND started_at < ?`,
      id,
      before ?? '~',
    );
    if (found === undefined || found.n === 0) {
      throw refusal(`${device_id} has no reading from before ${before ?? 'now'}.`, 'Give a later --before.');
    }
    const details = { device: device_id, before, readings: found.n, dry_run: context.dryRun };
    const what = `${plural(found.n, 'reading')} of ${device_id}, from ${found.first} to ${found.last}`;
    if (context.dryRun) return { exitCode: EXIT.done, lines: [`${what}, would be deleted.`], details };
    const backup = await backUpFirst(database, 'forget', context);
    context.progress('deleting');
    await inTransaction(database, context, async () => {
      await database.run(`DELETE FROM reading WHERE device = ? AND ${old}`, id);
      await database.exec(SETTLE_DEVICES(String(id)));
      await database.run(
        `UPDATE cycle SET devices_skipped = (SELECT nullif(json_group_object(key, value), '{}')
           FROM json_each(devices_skipped) WHERE key <> ?1)
         WHERE instr(devices_skipped, ?2) > 0 AND started_at < ?3`,
        device_id,
        JSON.stringify(device_id),
        before ?? '~',
      );
    });
    return {
      exitCode: EXIT.done,
      lines: [
        `${what}, are deleted. The file keeps its size: ${context.commandLine('compact')}`,
        ...backup.lines,
        'The backup still has them: remove it when you are sure.',
      ],
      details: { ...details, backup: backup.path },
    };
  });
}
