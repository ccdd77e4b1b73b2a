import { PassThrough } from 'node:stream';
import { readPasted } from '../../../lib/cli/pasted-text';

/** Pastes each text after the answer to the one before. */
async function paste(texts: readonly string[], { ends = false } = {}) {
  const input = new PassThrough();
  const rest = [...texts];
  const reasons: string[] = [];
  const next = () => {
    const text = rest.shift();
    if (text !== undefined) input.write(text);
    else if (ends) input.end();
  };
  const result = readPasted({
    input,
    whatIsWrong: (text) => (/^begin[^]*end$/.test(text.trim()) ? null : `not ${JSON.stringify(text.trim())}`),
    askAgain: (reason) => {
      reasons.push(reason);
      next();
    },
    quietMs: 1,
    signal: new AbortController().signal,
  });
  next();
  return { text: await result, reasons };
}

test('every Enter has an answer, until the text is right', async () => {
  const { text, reasons } = await paste(['\n', 'something\n', 'begin\nand\nend\n']);
  expect(text).toBe('begin\nand\nend');
  expect(reasons).toEqual(['not ""', 'not "something"']);
});

test('a paste that arrives in two parts is put together', async () => {
  expect(await paste(['begin\n', 'end\n'])).toEqual({ text: 'begin\nend', reasons: ['not "begin"'] });
});

test('at the end of the input, what was there is given, good or not', async () => {
  expect((await paste(['wrong\n'], { ends: true })).text).toBe('wrong');
  expect((await paste(['\n'], { ends: true })).text).toBe('');
});

test('a signal ends it with its reason', async () => {
  const controller = new AbortController();
  const ended = readPasted({
    input: new PassThrough(),
    whatIsWrong: () => null,
    askAgain: () => undefined,
    signal: controller.signal,
  });
  controller.abort(new Error('interrupted'));
  await expect(ended).rejects.toThrow('interrupted');
});
