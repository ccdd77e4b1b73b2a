/** The end of programs that run until Ctrl-C. */

/** Resolves when the signal is aborted, at once if it is already. */
export async function untilStopped(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

/** Aborted by the first Ctrl-C or SIGTERM, so that the program can clean up. */
export function stopSignal(): AbortSignal {
  const stopped = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => stopped.abort());
  return stopped.signal;
}
