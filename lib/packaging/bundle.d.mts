/** Types of bundle.mjs. */
import type { BuildOptions } from 'esbuild';

export const BUNDLING: BuildOptions;
export function bundleWithStart(files: readonly string[], outdir: string): Promise<void>;
