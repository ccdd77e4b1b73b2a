/** @returns what `work` throws, which must be of the given class; anything else fails the test */
export function thrownBy<E extends Error>(kind: new (...args: never[]) => E, work: () => unknown): E {
  try {
    work();
  } catch (thrown) {
    if (thrown instanceof kind) return thrown;
    throw thrown;
  }
  throw new Error(`expected a ${kind.name}, but nothing was thrown`);
}
