/** Waits for what a process that goes on prints. */
import type { ChildProcess } from 'node:child_process';

/** All that was said until then; the stream goes on. */
export async function said(child: ChildProcess, text: string | RegExp): Promise<string> {
  let heard = '';
  for await (const chunk of child.stdout?.iterator({ destroyOnReturn: false }) ?? []) {
    heard += String(chunk);
    if (heard.search(text) >= 0) return heard;
  }
  throw new Error(`the process ended without printing ${String(text)}`);
}
