/** The commands that write logs. A file in the log directory is ours only if it is named after one of them. */
export const PROGRAMS = ['collect-hue', 'collect-aqm', 'health', 'auth-hue', 'auth-amazon', 'perf', 'report'] as const;
export type Program = (typeof PROGRAMS)[number];
