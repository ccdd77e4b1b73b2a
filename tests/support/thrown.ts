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

/** @returns what a promise is rejected with; if it is not, the test fails */
export function failureOf<E extends Error = Error>(work: Promise<unknown>): Promise<E> {
  return work.then(
    () => {
      throw new Error('expected a failure, but nothing was thrown');
    },
    (thrown: unknown) => thrown as E,
  );
}
