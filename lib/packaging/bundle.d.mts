/** Types of bundle.mjs. */
export function bundleWithStart(files: readonly string[], outdir: string): Promise<void>;
