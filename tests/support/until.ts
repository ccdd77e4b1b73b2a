/** Waits for a condition, not for a time: checks it in each turn of the event loop, until the timeout of the test. */
export async function until(fact: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await fact())) await new Promise((resolve) => setTimeout(resolve, 5));
}
