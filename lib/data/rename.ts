/** `data rename OLD NEW`: a replaced sensor goes on with the history of the old one. */
import { EXIT } from '../exit-codes';
import type { Database } from '../store/database';
import { plural, shellQuoted } from '../wording';
import { backUpFirst } from './backup-first';
import { deviceNamed, findDevice, SETTLE_DEVICES, typeOf, type Device } from './devices';
import { placesThatName } from './named-in-config';
import { refusal, type DataContext, type DataResult } from './operation';
import { inTransaction, refuseMissingDatabase, withOwnDatabase } from './own-database';

/**
 * @param to may be a device that is not stored yet
 * @throws MonitorError `refused` if both have a reading of the same time, or are of different kinds
 */
export async function renameDevice(from: string, to: string, context: DataContext): Promise<DataResult> {
  refuseMissingDatabase(context);
  return await withOwnDatabase(context, async (database) => {
    const old = await deviceNamed(database, from);
    const known = await findDevice(database, to);
    const name = known?.device_id ?? withPrefix(to, old);
    refuseOtherKind(old, name, known?.device_type ?? typeOf(name));
    if (known !== undefined) await refuseSameTimes(database, old, known);
    const count = await database.get<{ n: number }>('SELECT count(*) AS n FROM reading WHERE device = ?', old.id);
    const readings = count?.n ?? 0;
    const { file } = context.config;
    const configured = placesThatName(old.device_id, context.config);
    const details = { old: old.device_id, new: name, readings, configured, dry_run: context.dryRun };
    const hint = `${file} still names ${old.device_id} (${configured.join(', ')}). Write ${name} there: "\${EDITOR:-vi}" ${shellQuoted(file)}`;
    const hints = configured.length === 0 ? [] : [hint];
    const what = `${plural(readings, 'reading')} of ${old.device_id}`;
    if (context.dryRun) {
      return { exitCode: EXIT.done, lines: [`${what} would become readings of ${name}.`, ...hints], details };
    }
    const backup = await backUpFirst(database, 'rename', context);
    context.progress('renaming');
    await inTransaction(database, context, async () => {
      if (known === undefined) {
        await database.run('UPDATE device SET device_id = ? WHERE id = ?', name, old.id);
      } else {
        await refuseSameTimes(database, old, known); // a cycle may have come meanwhile
        await joinDevices(database, old, known);
      }
      await renameInSkipped(database, old.device_id, name);
    });
    return {
      exitCode: EXIT.done,
      lines: [`${what} are readings of ${name} now.`, ...backup.lines, ...hints],
      details: { ...details, backup: backup.path },
    };
  });
}

/** A bare id is of the same kind as the old one. */
function withPrefix(typed: string, { device_id }: Device): string {
  return typeOf(typed) === undefined ? `${device_id.slice(0, device_id.indexOf(':'))}:${typed}` : typed;
}

function refuseOtherKind(old: Device, name: string, type: string | undefined): void {
  if (name === old.device_id) throw refusal(`${name} has this name already.`, 'Name two devices.', 'usage');
  if (type === old.device_type) return;
  throw refusal(
    `${old.device_id} and ${name} are of different kinds: nothing was changed.`,
    'What they measure, and which collector reads them, would be mixed: leave them as two devices.',
  );
}

async function refuseSameTimes(database: Database, old: Device, known: Device): Promise<void> {
  const both = await database.all<{ timestamp: string }>(
    `SELECT c.started_at AS timestamp FROM cycle c CROSS JOIN reading a ON a.cycle = c.id AND a.device = ?
     CROSS JOIN reading b ON b.cycle = c.id AND b.device = ? ORDER BY 1`,
    old.id,
    known.id,
  );
  const [first] = both;
  if (first === undefined) return;
  throw refusal(
    `${old.device_id} and ${known.device_id} both have a reading of ${first.timestamp}` +
      (both.length === 1 ? '' : ` and of ${String(both.length - 1)} other times`) +
      ': nothing was changed.',
    `They were two sensors then. To give up the readings of one of them for that time: data forget DEVICE --before T.`,
  );
}

/** The one with fewer readings is moved, because each reading that is moved is written. */
async function joinDevices(database: Database, old: Device, known: Device): Promise<void> {
  const counts = await database.all<{ device: number; n: number }>(
    'SELECT device, count(*) AS n FROM reading WHERE device IN (?, ?) GROUP BY device ORDER BY n DESC',
    old.id,
    known.id,
  );
  const stays = counts[0]?.device ?? known.id;
  const goes = stays === old.id ? known.id : old.id;
  await database.run('UPDATE reading SET device = ? WHERE device = ?', stays, goes);
  await database.run('DELETE FROM device WHERE id = ?', goes);
  await database.run(
    'UPDATE device SET device_id = ?, device_type = ? WHERE id = ?',
    known.device_id,
    known.device_type,
    stays,
  );
  await database.exec(SETTLE_DEVICES(String(stays)));
}

/** Why it was not read is history, too. */
async function renameInSkipped(database: Database, from: string, to: string): Promise<void> {
  await database.run(
    `UPDATE cycle SET devices_skipped = (SELECT json_group_object(CASE key WHEN ?1 THEN ?2 ELSE key END, value)
       FROM json_each(devices_skipped) WHERE key <> ?1 OR NOT EXISTS (SELECT 1 FROM json_each(devices_skipped) new WHERE new.key = ?2))
     WHERE instr(devices_skipped, ?3) > 0`,
    from,
    to,
    JSON.stringify(from),
  );
}
