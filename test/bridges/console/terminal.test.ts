import { PassThrough } from 'node:stream';
import { describe, expect, it, vi } from 'vitest';
import { openTerminal, type Terminal } from '../../../bridges/console/terminal.ts';
import { settle } from '../../support/clock.ts';
import { Screen } from './screen.ts';

function open(options: { tty: boolean; columns?: number }): {
  terminal: Terminal;
  screen: Screen;
  type: (text: string) => Promise<void>;
} {
  const screen = new Screen(options);
  const input = Object.assign(new PassThrough(), options.tty && { isTTY: true });
  const terminal = openTerminal(input, screen.output);
  const type = async (text: string): Promise<void> => {
    input.write(text);
    await settle();
    await settle();
  };
  return { terminal, screen, type };
}

describe('a terminal with a prompt', () => {
  it('prints above what is being typed', async () => {
    const { terminal, screen, type } = open({ tty: true });
    await type('hel');
    terminal.print('Alice: hi');
    terminal.print('two\nlines');
    expect(screen.rows).toEqual(['Alice: hi', 'two', 'lines', '> hel']);
    const lines: string[] = [];
    terminal.onLine((line) => lines.push(line));
    await type('lo\r');
    expect(lines).toEqual(['hello']);
    terminal.close();
  });

  it('keeps whole what is typed over several rows, and the cursor in it', async () => {
    const { terminal, screen, type } = open({ tty: true, columns: 20 });
    await type('a long line that goes over three row');
    await type('\u001b[D\u001b[D');
    terminal.print('Bob: hey');
    expect(screen.rows).toEqual(['Bob: hey', '> a long line that g', 'oes over three row']);
    await type('X');
    expect(screen.rows.at(-1)).toBe('oes over three rXow');
    terminal.close();
  });

  it('remembers what was typed', async () => {
    const { terminal, screen, type } = open({ tty: true });
    terminal.onLine(() => undefined);
    await type('first\r');
    await type('\u001b[A');
    expect(screen.rows.at(-1)).toBe('> first');
    terminal.close();
  });

  it('tells of Ctrl-C and Ctrl-D', async () => {
    const { terminal, type } = open({ tty: true });
    const action = vi.fn();
    terminal.onInterrupt(action);
    await type('\u0003');
    expect(action).toHaveBeenCalledTimes(1);
    await type('\u0004');
    expect(action).toHaveBeenCalledTimes(2);
    terminal.close();
    expect(action).toHaveBeenCalledTimes(2);
  });

  it('still prints when closed, without a prompt', () => {
    const { terminal, screen } = open({ tty: true });
    terminal.close();
    terminal.print('bye');
    expect(screen.rows).toEqual(['bye', '']);
  });

  it('lets colors through, and nothing else that commands a terminal', () => {
    const { terminal, screen } = open({ tty: true });
    terminal.print('\u001b[32mgreen\u001b[0m \u001b]0;owned\u0007\u001b[2J\u001b[1A\u009b2Jx\rFAKE\u0008\u202Eoops\u001bP');
    expect(screen.raw).toContain('\u001b[32mgreen\u001b[0m ]0;owned[2J[1A2JxFAKEoopsP');
    terminal.close();
  });
});

describe('a terminal on pipes', () => {
  it('shows no prompt and echoes nothing', async () => {
    const { terminal, screen, type } = open({ tty: false });
    const lines: string[] = [];
    await type('early\nbird\r\n');
    terminal.onLine((line) => lines.push(line));
    await type('late\n');
    terminal.print('Alice: hi');
    expect(lines).toEqual(['early', 'bird', 'late']);
    expect(screen.raw).toBe('Alice: hi\n');
    terminal.close();
  });

  it('goes on printing when the input ends or nobody reads the output', async () => {
    const output = new PassThrough();
    const input = new PassThrough();
    const terminal = openTerminal(input, output);
    const action = vi.fn();
    terminal.onInterrupt(action);
    input.end();
    await settle();
    expect(action).not.toHaveBeenCalled();
    output.destroy(new Error('EPIPE'));
    await settle();
    terminal.print('lost');
    await settle();
  });
});
