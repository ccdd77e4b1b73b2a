/**
 * The commands of this program that a person is told to type. Texts write them as in the folder of a clone,
 * `node bin/health.js hue`; what is shown works as it is printed: from any directory, on the files of this run, as the
 * right user. How, the frame of the commands says once (lib/cli/own-command.ts).
 */

/** The only command of ours that is not a program of bin/; npm calls it `htm-install-cron`. */
export const INSTALL_CRON = 'install-cron';
const SCRIPT = 'cron/install.sh';

/** The words before a command's own arguments, such as `node /opt/htm/bin/health.js --config /etc/htm/config.yaml`. */
type WordsOf = (name: string) => string;

const inAClone: WordsOf = (name) => (name === INSTALL_CRON ? SCRIPT : `node bin/${name}.js`);

let wordsOf = inAClone;

/** Says how every command is shown from now on. Without it, as in a clone: that is what tests of single parts see. */
export function showCommandsAs(words: WordsOf): void {
  wordsOf = words;
}

/** Each command in a text as it has to be typed. */
export function asTyped(text: string, words = wordsOf): string {
  return text.replace(/\bnode bin\/([a-z-]+)\.js|\bcron\/install\.sh/g, (_, name?: string) =>
    words(name ?? INSTALL_CRON),
  );
}
