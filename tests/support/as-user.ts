/** Runs a piece of a test as another user, to meet the permissions a cron user meets; only root can do that. */
export const isRoot = process.getuid?.() === 0;

/** An unprivileged user that owns nothing (`nobody` on most systems). */
export const NOBODY = 65534;

/** @param work synchronous, because every thread of the process changes its user for as long as it runs */
export function asNobody<T>(work: () => T): T {
  const gid = process.getegid?.() ?? 0;
  process.setegid?.(NOBODY);
  process.seteuid?.(NOBODY);
  try {
    return work();
  } finally {
    process.seteuid?.(0);
    process.setegid?.(gid);
  }
}
