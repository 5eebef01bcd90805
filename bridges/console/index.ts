/** The console: the operator's own place in every channel. */
import type { Adapter, AdapterHost, AdapterModule } from '../../src/adapter.ts';
import type { Message } from '../../src/event.ts';
import { toLine } from '../../src/text/line.ts';
import { toPlain } from '../../src/text/plain.ts';
import { type ConsoleConfig, consoleConfig } from './config.ts';
import { editLine, MAX_LOGGED, messageLine, removalLine } from './format.ts';
import { Operator } from './operator.ts';
import { ShownLines } from './shown-lines.ts';
import type { Terminal } from './terminal.ts';

/**
 * Makes the console. Its rooms are the channels themselves, by name.
 * @param terminal where the operator reads and types; without one, what is said only goes to the log
 */
export function consoleModule(terminal: Terminal | undefined): AdapterModule<ConsoleConfig> {
  return {
    type: 'console',
    schema: consoleConfig,
    everywhere: true,
    create: (config, host) => (terminal === undefined ? logOnly(host) : new Operator(config, host, terminal)),
  };
}

/** Every message as one line of the log. */
function logOnly(host: AdapterHost): Adapter {
  const lines = new ShownLines();
  const log = ({ id, place, author }: Message, line: string) => {
    lines.add(id, line);
    host.log.info({ ...(place.kind === 'server' ? { server: place.server } : { from: place.adapter }), name: author.name }, line);
  };
  return {
    platform: 'Console',
    async start() {},
    async stop() {},
    async send(_room, message, attempt) {
      if (attempt.shown.length > 0) return;
      log(message, messageLine(message, { max: MAX_LOGGED }));
      attempt.done(message.id);
    },
    async edit(_room, edit) {
      log(edit.message, editLine(edit, { max: MAX_LOGGED }));
    },
    async remove(_room, [id]) {
      host.log.info(removalLine(lines.get(id)));
    },
    async notify(_room, notice) {
      host.log.info(`* ${toLine(toPlain(notice.body))}`);
    },
    async *check() {
      yield { ok: true, text: 'The console is ready: without a terminal, it logs what is said.' };
    },
  };
}
