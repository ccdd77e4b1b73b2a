/** Runs a part of a test as another user, with the permissions of a cron user; only root can do that. */
export const isRoot = process.getuid?.() === 0;

/** An unprivileged user that owns nothing (`nobody` on most systems). */
export const NOBODY = 65534;

/** @param work synchronous, because all threads of the process change their user while it runs */
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
