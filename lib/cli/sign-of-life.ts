/**
 * One line on a terminal that says, from one second on, which step a command is at, which try it is, how long it has
 * taken and how much longer it may take. Commands that cron starts, and those with --json, print nothing of it.
 */
import { isatty } from 'node:tty';
import type { Trying } from '../reliability/retry';
import type { Arguments } from './arguments';
import type { Terminal } from './command';

export interface SignOfLife {
  /** what is done now; the next tick of the line shows it */
  step: (text: string) => void;
  /** the same, for a retrier to call */
  watch: (trying: Trying) => void;
  /** prints what belongs to the command; the line is removed before */
  terminal: Terminal;
  /** Ends it; call it in any case. */
  end: () => void;
}

export interface SignOfLifeOptions {
  switches: Arguments['switches'];
  /** what is done at first; absent while a person is asked: nothing is shown until there is a step */
  step?: string;
  /** milliseconds until it ends at the latest */
  remainingMs?: () => number;
  isTerminal?: boolean;
}

const EVERY_MS = 1000;
const WIDTH = 79;
const BACK_TO_AN_EMPTY_LINE = '\r\u001b[K';

export function signOfLife(terminal: Terminal, options: SignOfLifeOptions): SignOfLife {
  const { switches, step, remainingMs, isTerminal = isatty(2) && terminal.environment['TERM'] !== 'dumb' } = options;
  const isWanted = isTerminal && !['json', 'quiet', 'verbose'].some((name) => switches.has(name));
  let startedAt = 0;
  let now: (() => string) | undefined;
  const begin = (text: () => string) => {
    if (now === undefined) startedAt = performance.now();
    now = text;
  };
  let isShown = false;
  const clear = () => {
    if (isShown) terminal.err(BACK_TO_AN_EMPTY_LINE);
    isShown = false;
  };
  const show = () => {
    if (now === undefined) return;
    const left = remainingMs === undefined ? '' : `, at most ${seconds(remainingMs())} more`;
    const times = ` (${seconds(performance.now() - startedAt)}${left})`;
    terminal.err(`${BACK_TO_AN_EMPTY_LINE}${now().slice(0, WIDTH - times.length)}${times}`);
    isShown = true;
  };
  if (step !== undefined) begin(() => step);
  const timer = isWanted ? setInterval(show, EVERY_MS).unref() : undefined;
  return {
    step: (text) => begin(() => text),
    watch: ({ operation, attempt, of, waitMs }) => {
      const nextAt = performance.now() + waitMs;
      const tries = `${operation}: try ${attempt} of ${of}`;
      begin(() => (waitMs === 0 ? tries : `${tries} in ${seconds(Math.max(0, nextAt - performance.now()))}`));
    },
    terminal: {
      ...terminal,
      out: (output) => {
        clear();
        terminal.out(output);
      },
      err: (text) => {
        clear();
        terminal.err(text);
      },
    },
    end: () => {
      clearInterval(timer);
      clear();
    },
  };
}

const seconds = (milliseconds: number) => `${Math.ceil(milliseconds / 1000)} s`;
