/** Waits for a fact, not for a time: looks again whenever the event loop comes round; the test's own timeout ends it. */
export async function until(fact: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await fact())) await new Promise((resolve) => setTimeout(resolve, 5));
}
