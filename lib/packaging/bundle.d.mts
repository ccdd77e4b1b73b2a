/** Types of bundle.mjs. */
import type { BuildOptions, BuildResult } from 'esbuild';

export const BUNDLING: BuildOptions;
export function bundleWithStart(files: readonly string[], outdir: string, options?: BuildOptions): Promise<BuildResult>;
