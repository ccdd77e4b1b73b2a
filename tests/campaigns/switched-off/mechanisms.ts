/** Each mechanism that keeps readings safe, how it is switched off, and the proofs that must notice. */

export interface Mechanism {
  name: string;
  /** what is put in the place of what, in a copy; each text is there exactly once */
  edits: readonly (readonly [file: string, from: string, to: string])[];
  /** the tests that must turn red: all of them */
  proofs: readonly (readonly [testFile: string, title: string])[];
}

const STORE_PROOFS = 'contract/store-proofs';

export const MECHANISMS: readonly Mechanism[] = [
  {
    name: 'waiting for a lock (busy timeout)',
    edits: [['lib/store/while-locked.ts', 'performance.now() + wait.busyTimeoutMs', 'performance.now()']],
    proofs: [
      [STORE_PROOFS, '8 processes that write at once, checkpoints every 4 pages'],
      [STORE_PROOFS, 'a lock held for less than the busy timeout'],
    ],
  },
  {
    name: 'BEGIN IMMEDIATE (instead: deferred)',
    edits: [['lib/store/readings-database.ts', "exec('BEGIN IMMEDIATE')", "exec('BEGIN')"]],
    proofs: [
      ['unit/store/connection', 'the lock is held before the first row is written'],
      [STORE_PROOFS, 'a lock held for less than the busy timeout'],
    ],
  },
  {
    name: 'the transaction',
    edits: [
      ['lib/store/readings-database.ts', "exec('BEGIN IMMEDIATE')", "exec('BEGIN IMMEDIATE; COMMIT')"],
      ['lib/store/readings-database.ts', "await connection.exec('COMMIT');", ''],
    ],
    proofs: [['end-to-end/faults', 'killed at any call of the database']],
  },
  {
    name: 'the retry',
    edits: [['lib/reliability/retry.ts', 'attempts > policy.max_attempts', 'attempts > 0']],
    proofs: [
      [STORE_PROOFS, 'a lock held for longer is got by a retry'],
      ['end-to-end/retry', 'heals a reset'],
      ['end-to-end/campaigns', '30 cycles'],
    ],
  },
  {
    name: 'a new try at the lock of the database after a refusal',
    edits: [['lib/store/readings-database.ts', 'if (this.lock === lock) this.lock = null;', '']],
    proofs: [['unit/store/database-lock', 'opened before']],
  },
  {
    name: 'Retry-After',
    edits: [
      [
        'lib/reliability/retry.ts',
        'Math.max(backoffMs(policy, attempts), failure.retryAfterMs ?? 0)',
        'backoffMs(policy, attempts)',
      ],
    ],
    proofs: [
      ['end-to-end/retry', 'waits as long as Retry-After says in seconds'],
      ['end-to-end/retry', 'does not begin a retry that Retry-After (a date) puts beyond the deadline'],
    ],
  },
  {
    name: "Amazon's back-off over cycles (not_before)",
    edits: [['lib/sources/aqm/waiting-times.ts', 'if (limit === null)', 'if (limit !== undefined || limit === null)']],
    proofs: [['end-to-end/amazon-session', 'is retried, then waited out without a request']],
  },
  {
    name: 'the remembered list of monitors while Amazon gives none',
    edits: [
      [
        'lib/sources/aqm/monitor-list.ts',
        'warnOfFailure(asMonitorError(thrown), state.discovery?.next_try_at ?? null);',
        'throw thrown;',
      ],
    ],
    proofs: [
      ['end-to-end/amazon-list', 'both monitors are stored in every cycle'],
      ['end-to-end/amazon-list', 'one monitor is unknown and the list fails'],
    ],
  },
  {
    name: 'the wait before the list of monitors is tried again',
    edits: [
      [
        'lib/sources/aqm/listing.ts',
        'return nextTryAt !== null && !isWaitOver(Date.parse(nextTryAt), LONGEST_WAIT_MS, now.getTime());',
        'return false;',
      ],
    ],
    proofs: [['end-to-end/amazon-list', 'both monitors are stored in every cycle']],
  },
  {
    name: 'the spool',
    edits: [['lib/store/spool.ts', '    writeSpoolFile(storage, logger, cycle);\n', '']],
    proofs: [
      [STORE_PROOFS, 'a lock held past all retries'],
      [STORE_PROOFS, 'at the database: spooled'],
      ['end-to-end/signals', 'SIGTERM while the database is waited for'],
    ],
  },
  {
    name: "the spool's retry",
    edits: [
      [
        'lib/cli/cycle-storage.ts',
        "spoolRetrier.run({ operation: 'spool.write', endpoint: spoolDirectory(storage) }, () =>",
        'Promise.resolve().then(() =>',
      ],
    ],
    proofs: [
      ['end-to-end/faults', 'the spool fails once'],
      ['end-to-end/spool', 'a spool that fails for a moment'],
    ],
  },
  {
    name: 'the bound of the spool',
    edits: [['lib/store/spool.ts', '> storage.spool_max_mb * 1e6', '> Infinity']],
    proofs: [['end-to-end/spool', 'at spool_max_mb']],
  },
  {
    name: 'storing before removing from the spool',
    edits: [
      [
        'lib/store/spool.ts',
        '    await store.storeAll(batch.map(({ cycle }) => cycle));\n',
        '    for (const { file } of batch) removeStored(logger, file);\n    await store.storeAll(batch.map(({ cycle }) => cycle));\n',
      ],
    ],
    proofs: [
      ['unit/store/spool', 'a failing store leaves everything waiting'],
      ['end-to-end/faults', 'killed at any call of the database'],
    ],
  },
  {
    name: 'tidying up after killed processes',
    edits: [['lib/store/spool.ts', 'clearTemporaries(directory);', 'void directory;']],
    proofs: [['unit/store/spool', 'what a killed process left half-written']],
  },
  {
    name: 'keeping damaged spool files aside',
    edits: [['lib/store/spool.ts', '    renameSync(file, target);\n', '']],
    proofs: [['unit/store/spool', 'is kept aside, the others are stored']],
  },
  {
    name: 'the unique key of a cycle',
    edits: [
      ['lib/store/schema-version-1.ts', '  error TEXT,\n  UNIQUE (started_at, collector)\n);', '  error TEXT\n);'],
      [
        'lib/store/write-cycle.ts',
        'ON CONFLICT (started_at, collector) DO UPDATE SET started_ms = excluded.started_ms RETURNING',
        'RETURNING',
      ],
    ],
    proofs: [
      ['unit/store/spool', 'stored but not yet removed when it was killed'],
      ['contract/store/processes', 'two processes that replay at once'],
    ],
  },
  {
    name: 'a row for every reading, or none',
    edits: [['lib/store/write-cycle.ts', 'if (rows >= readings.length) return;', 'if (rows >= 0) return;']],
    proofs: [['unit/store/spool', 'a cycle of which one reading would get no row']],
  },
  {
    name: 'writing beside, then renaming (whole files)',
    edits: [
      [
        'lib/files/write-whole.ts',
        'const temporary = temporaryFor(target)',
        'const temporary = target || temporaryFor(target)',
      ],
      ['lib/files/write-whole.ts', "openSync(temporary, 'wx', 0o600)", "openSync(temporary, 'w', 0o600)"],
    ],
    proofs: [['contract/files/write-whole', 'a writer that is killed at any moment']],
  },
  {
    name: 'not following links',
    edits: [['lib/files/own-file.ts', ' | constants.O_NOFOLLOW', '']],
    proofs: [
      ['contract/files/own-file', 'a link is not written'],
      ['end-to-end/planted-files', 'a link at data/.write-test'],
    ],
  },
  {
    name: 'fsync before the renaming',
    edits: [['lib/files/write-whole.ts', '        fsyncSync(file);\n', '']],
    proofs: [['end-to-end/durability', 'has what is spooled before']],
  },
  {
    name: 'fsync of the directory',
    edits: [['lib/files/write-whole.ts', '        syncDirectory(dirname(target));\n', '']],
    proofs: [['end-to-end/durability', 'has what is spooled before']],
  },
  {
    name: 'synchronous = FULL (instead: NORMAL)',
    edits: [['lib/store/connection.ts', 'PRAGMA synchronous = FULL', 'PRAGMA synchronous = NORMAL']],
    proofs: [['end-to-end/durability', 'has the commit before']],
  },
  {
    name: 'the lock of a collector',
    edits: [
      [
        'lib/cli/cycle-storage.ts',
        'if (lock) return lock;',
        'await lock?.release();\n  if (dataDirectory) return { release: () => Promise.resolve() };',
      ],
    ],
    proofs: [['end-to-end/overlap', 'while collect-hue hangs']],
  },
  {
    name: 'the lock of the database',
    edits: [
      [
        'lib/store/database-lock.ts',
        '  const path = databaseLockPath(storage);\n',
        '  const path = databaseLockPath(storage);\n  if (options.mode) return { release: () => Promise.resolve() };\n',
      ],
    ],
    proofs: [
      ['unit/store/database-lock', 'opened before'],
      [STORE_PROOFS, 'a database that is replaced while others write'],
    ],
  },
  {
    name: 'replacing a damaged database',
    edits: [['lib/store/replace-damaged.ts', 'if (sound === found) throw', 'if (sound !== "never") throw']],
    proofs: [
      [STORE_PROOFS, 'processes that meet a damaged database'],
      ['end-to-end/broken-database', 'with a zeroed header: moved aside'],
    ],
  },
  {
    name: 'moving the side files with it',
    edits: [['lib/store/set-aside.ts', '[path, ...sideFiles(path)]', '[path]']],
    proofs: [['end-to-end/broken-database', 'a WAL that is not its own']],
  },
  {
    name: 'the log of the old database goes before a backup takes its place',
    edits: [['lib/data/restore.ts', 'for (const file of sideFiles(path)) removeIfThere(file);', '']],
    proofs: [['unit/data/restore', 'of a damaged database is kept with it']],
  },
  {
    name: 'what was deleted from a damaged database does not come back',
    edits: [
      ['lib/data/salvage/salvage.ts', "import { freePages } from './free-pages';\n", ''],
      ['lib/data/salvage/salvage.ts', 'const free = freePages(pages);', 'const free = new Set<number>();'],
    ],
    proofs: [['unit/data/merge', 'gives what is only in its log, and nothing that was deleted']],
  },
  {
    name: 'a merge goes in short transactions',
    edits: [['lib/data/short-steps.ts', 'const FIRST_SIZE = 20;', 'const FIRST_SIZE = 20_000;']],
    proofs: [['unit/data/merge', 'broken off, it says how much is stored']],
  },
  {
    name: "SQLite's own check before the database is set aside",
    edits: [
      [
        'lib/store/replace-damaged.ts',
        'if (!(await isDamaged(path, { busyTimeoutMs: storage.busy_timeout_ms, signal }))) return false;',
        '',
      ],
      ['lib/store/replace-damaged.ts', "import { isDamaged } from './confirm-damage';\n", ''],
    ],
    proofs: [
      ['end-to-end/faults', 'what looks like damage once'],
      ['unit/store/replace-damaged', 'what turned out sound'],
    ],
  },
  {
    name: 'asking the device for the time before forgetting',
    edits: [
      ['lib/cli/forget-old.ts', 'nowMs: forgetAtMs', 'nowMs: Date.now()'],
      ['lib/cli/forget-old.ts', '  { forgetAtMs }: ClockVerdict,', '  _clock: ClockVerdict,'],
    ],
    proofs: [['end-to-end/afterwards', 'a clock that runs 500 days ahead']],
  },
  {
    name: "counting a cycle's age by its sensors' times, too",
    edits: [
      [
        'lib/store/retention.ts',
        ' AND NOT EXISTS (SELECT 1 FROM reading',
        ' AND 1 OR 0 AND EXISTS (SELECT 1 FROM reading',
      ],
    ],
    proofs: [['unit/store/retention', 'what is stamped long ago but was measured now']],
  },
  {
    name: 'stamping a cycle with the time of the witness that is believed',
    edits: [
      ['lib/witnesses.ts', "clock: 'corrected', correctionMs: differenceMs,", "clock: 'corrected', correctionMs: 0,"],
    ],
    proofs: [
      ['unit/witnesses', 'a cloud, and ours is ahead'],
      ['end-to-end/afterwards', 'a clock that runs 500 days ahead'],
    ],
  },
  {
    name: 'taking no time from before this program for a witness',
    edits: [['lib/witnesses.ts', 'return ms < PROGRAM_WRITTEN_MS - DAY_MS;', 'return ms < 0;']],
    proofs: [['unit/witnesses', 'they agree on 1970']],
  },
  {
    name: 'forgetting no more than a day on the word of one witness',
    edits: [
      [
        'lib/witnesses.ts',
        'return newestMs === null ? null : Math.min(nowMs, newestMs + DAY_MS);',
        'return newestMs === null ? null : nowMs;',
      ],
    ],
    proofs: [['unit/witnesses', 'what may be forgotten if a bridge alone is believed']],
  },
  {
    name: 'taking only a cycle that heard a second clock for a witness',
    edits: [
      [
        'lib/store/clock-witnesses.ts',
        'AND clock_offset_seconds IS NOT NULL ORDER BY started_at DESC',
        'ORDER BY started_at DESC',
      ],
    ],
    proofs: [['unit/store/clock-witnesses', 'not one that heard no second clock']],
  },
  {
    name: 'telling of a device that is no longer listed',
    edits: [['lib/collect.ts', 'return before.filter((id) => !listed.has(id));', 'return before.filter((id) => !id);']],
    proofs: [['end-to-end/health/freshness', 'a sensor that the bridge does not list any more']],
  },
  {
    name: 'waiting for a complete answer before a device counts as gone',
    edits: [
      [
        'lib/store/vanished.ts',
        `AND ifnull(instr(devices_skipped, '"\${INCOMPLETE}'), 0) = 0 ORDER BY`,
        `AND '\${INCOMPLETE}' <> '' ORDER BY`,
      ],
    ],
    proofs: [['unit/store/vanished', 'nor does one in which a bridge did not answer']],
  },
  {
    name: 'forgetting a device that has been gone for a week',
    edits: [
      [
        'lib/store/vanished.ts',
        'if (lastListedMs >= nowMs - WEEK_MS) found.push(',
        'if (lastListedMs > 0) found.push(',
      ],
    ],
    proofs: [['unit/store/vanished', '… with its name, until a week is over']],
  },
  {
    name: 'taking back the second name of a restore that was broken off',
    edits: [['lib/store/readings-database.ts', '      dropSecondName(this.path);\n', '']],
    proofs: [['unit/data/restore', 'broken off before the backup got its name']],
  },
  {
    name: 'looking which file lies there after the commit',
    edits: [
      ['lib/store/replace-damaged.ts', 'if (identity(path) === database.opened || starts', 'if (starts > 0 || starts'],
    ],
    proofs: [['unit/store/replace-damaged', 'a sound file that is moved away while']],
  },
  {
    name: 'refusing a future schema',
    edits: [['lib/store/files.ts', 'if (version <= known) return;', 'if (version <= known + 1000) return;']],
    proofs: [['end-to-end/broken-database', 'is refused by collect-hue']],
  },
  {
    name: 'refusing an SQLite with the WAL-reset bug',
    edits: [['lib/store/driver.ts', '= 3_051_003', '= 3_000_000']],
    proofs: [['unit/store/connection', 'WAL-reset bug']],
  },
  {
    name: 'asking for WAL mode',
    edits: [['lib/store/connection.ts', '; PRAGMA journal_mode = WAL`', '`']],
    proofs: [['unit/store/connection', 'a database in another journal mode']],
  },
  {
    name: 'the automatic checkpoint',
    edits: [
      ['lib/store/connection.ts', 'PRAGMA wal_autocheckpoint = ${pages}', 'PRAGMA wal_autocheckpoint = 0'],
      ['lib/store/connection.ts', 'checkpoint?.wal_autocheckpoint !== pages', 'checkpoint === undefined'],
    ],
    proofs: [[STORE_PROOFS, 'a reader that does not end']],
  },
  {
    name: 'the verification of the checkpoint setting',
    edits: [['lib/store/connection.ts', 'PRAGMA wal_autocheckpoint = ${pages}', 'PRAGMA wal_autocheckpoint = 0']],
    proofs: [['unit/store/connection', 'WAL is verified at each opening']],
  },
  {
    name: 'the size limit of the WAL',
    edits: [['lib/store/connection.ts', '; PRAGMA journal_size_limit = ${pages * 4096}', '']],
    proofs: [[STORE_PROOFS, 'a reader that does not end']],
  },
  {
    name: 'the proof of writing before a device is asked',
    edits: [['lib/collect.ts', '    await storage.proveWritable();\n', '']],
    proofs: [['end-to-end/spool', 'an existing database in a directory that became read-only']],
  },
  {
    name: 'the deadline of reading and storing',
    edits: [['lib/reliability/deadline.ts', 'controller.abort(deadlineError(shownSeconds))', 'undefined']],
    proofs: [
      ['end-to-end/deadline', 'collect-hue ends on whatever the device does'],
      ['end-to-end/deadline', 'stays locked: what was read is spooled'],
    ],
  },
  {
    name: 'the last deadline, of the process',
    edits: [['lib/reliability/cycle-end.ts', '      throw deadlineError(deadlineSeconds);\n', '']],
    proofs: [['contract/reliability/cycle-end', 'at the deadline itself the process ends']],
  },
  {
    name: 'ending well at a signal',
    edits: [['lib/reliability/cycle-end.ts', 'process.on(signal, interrupt)', 'process.off(signal, interrupt)']],
    proofs: [
      ['end-to-end/signals', 'SIGTERM while collect-aqm waits'],
      ['end-to-end/signals', 'SIGINT while a retry'],
      ['end-to-end/signals', 'SIGHUP while the database is waited for'],
    ],
  },
  {
    name: "the end of the spool's retries after a signal",
    edits: [
      [
        'lib/reliability/cycle-end.ts',
        '    setTimeout(() => spooling.interrupt(reason), SPOOLING_AFTER_SIGNAL_MS).unref();\n',
        '',
      ],
    ],
    proofs: [['end-to-end/signals', 'while neither the database nor the spool']],
  },
];
