/** The console: the operator's own place in every channel. */
import type { Adapter, AdapterHost, AdapterModule } from '../../src/adapter.ts';
import type { RoomRef } from '../../src/event.ts';
import { type ConsoleConfig, consoleConfig } from './config.ts';
import { messageLine } from './format.ts';
import { Operator } from './operator.ts';
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
  return {
    platform: 'Console',
    async start() {},
    async stop() {},
    async send(_room: RoomRef, message) {
      const { place, author } = message;
      const from = place.kind === 'server' ? { server: place.server } : { from: place.adapter };
      host.log.info({ ...from, name: author.name }, messageLine(message));
    },
    async *check() {
      yield { ok: true, text: 'The console is ready: without a terminal, it logs what is said.' };
    },
  };
}
