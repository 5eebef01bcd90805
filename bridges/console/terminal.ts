/** Where the operator reads and types: a terminal with a prompt, or plain pipes. */
import { clearScreenDown, createInterface, cursorTo, moveCursor } from 'node:readline';
import type { Readable, Writable } from 'node:stream';

const PROMPT = '> ';
const HISTORY = 500;
/** Typed lines that are kept until somebody listens. */
const MAX_WAITING = 1_000;

/** A place to print to and to read lines from. Its methods need no `this`. */
export interface Terminal {
  /**
   * Prints above the prompt; what is being typed stays whole. Of all control sequences only colors get through: the text of a
   * stranger can't move the cursor, set the title or answer for the terminal.
   */
  print(text: string): void;
  /** Hands over each line that was typed, also those typed before anybody listened. There is one listener: the last. */
  onLine(action: (line: string) => void): void;
  /** Calls `action` at Ctrl-C, and at Ctrl-D in a terminal. A pipe that ends is no interrupt. */
  onInterrupt(action: () => void): void;
  /** Stops reading and takes the prompt away. Printing still works. */
  close(): void;
}

/** Opens a terminal on two streams. There is a prompt, with a history, when both are a TTY. */
export function openTerminal(input: Readable & { isTTY?: boolean }, output: Writable & { isTTY?: boolean }): Terminal {
  const interactive = input.isTTY === true && output.isTTY === true;
  const reader = createInterface({ input, output, terminal: interactive, prompt: PROMPT, historySize: HISTORY });
  const waiting: string[] = [];
  let listener: ((line: string) => void) | undefined;
  let interrupted = (): void => undefined;
  let open = true;

  const prompt = (): void => {
    if (interactive && open) reader.prompt(true);
  };
  reader.on('line', (line) => {
    if (listener !== undefined) listener(line);
    else if (waiting.length < MAX_WAITING) waiting.push(line);
    prompt();
  });
  reader.on('SIGINT', () => interrupted());
  reader.on('close', () => {
    const closedByUser = open;
    open = false;
    if (closedByUser && interactive) interrupted();
  });
  // Nobody reads any more (the other end of a pipe is gone): what is printed is lost, which harms nobody.
  output.on('error', () => undefined);
  prompt();

  return {
    print(text) {
      if (interactive && open) {
        moveCursor(output, 0, -reader.getCursorPos().rows);
        cursorTo(output, 0);
        clearScreenDown(output);
      }
      output.write(`${withoutControls(text)}\n`);
      prompt();
    },
    onLine(action) {
      listener = action;
      for (const line of waiting.splice(0)) action(line);
    },
    onInterrupt(action) {
      interrupted = action;
    },
    close() {
      if (!open) return;
      open = false;
      if (interactive) {
        cursorTo(output, 0);
        clearScreenDown(output);
      }
      reader.close();
    },
  };
}

/** A color or style (SGR, to be kept), or a control character other than tab and line feed, or a bidi character. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const COLOR_OR_CONTROL = /(?<color>\u001b\[[\d;]{0,20}m)|(?![\t\n])[\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]/gu;

function withoutControls(text: string): string {
  return text.replace(COLOR_OR_CONTROL, '$<color>');
}
