/** The commands that write logs. A file in the log directory is ours only if it is named after one of them. */
export type Program = string;

/** Collectors are called after what they collect from. */
export const PROGRAM = /collect-[a-z0-9-]+|health|auth-hue|auth-amazon|perf|report|data/;
