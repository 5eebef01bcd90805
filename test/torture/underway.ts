/**
 * What the bridge had said for good (PUBREL), and the broker not answered, when the broker was restarted. It publishes the Last Will of the
 * bridge first, by which the games forget who speaks, and may pass such a line on after it: that may come from an unknown user.
 */
import type { TortureBroker } from './broker.ts';

interface Line {
  /** Who hears it. */
  readonly server: string;
  readonly userId: string;
  /** How it begins. */
  readonly text: string;
}

const SAID = /^out PUBLISH (\d+) q2(?: dup)? crosschat\/m\/bridge\/(\w+)\/say\/(\d+) .*?"say":"([^"\\·]{1,80})/;
const TOLD = /^out PUBLISH \d+ q2(?: dup)? crosschat\/m\/bridge\/\w+\/user .*?"id":(\d+),"name":"(\w+)"/;

export class Underway {
  readonly #broker: TortureBroker;
  #restarts = 0;
  /** By the id by which the games know them. */
  readonly #names = new Map<string, string>();
  /** By packet id. */
  readonly #said = new Map<string, Line>();
  readonly #released = new Set<string>();
  readonly #cutOff: Line[] = [];

  constructor(broker: TortureBroker) {
    this.#broker = broker;
  }

  /** Reads what went over the connection: a direction, and a packet as its reader describes it. */
  read(packet: string): void {
    const [, saidAs, server = '', userId = '', text = ''] = SAID.exec(packet) ?? [];
    if (saidAs !== undefined) this.#said.set(saidAs, { server, userId, text });
    const [, id, name = ''] = TOLD.exec(packet) ?? [];
    if (id !== undefined) this.#names.set(id, name);
    const [, kind, packetId = ''] = /^(out PUBREL|in PUBCOMP) (\d+)$/.exec(packet) ?? [];
    if (kind === 'out PUBREL') this.#released.add(packetId);
    if (kind === 'in PUBCOMP') {
      this.#released.delete(packetId);
      this.#said.delete(packetId);
    }
    if (packet.startsWith('out CONNECT')) this.#connects();
  }

  #connects(): void {
    if (this.#broker.restarts === this.#restarts) return;
    this.#restarts = this.#broker.restarts;
    for (const packetId of this.#released) {
      const line = this.#said.get(packetId);
      if (line !== undefined) this.#cutOff.push(line);
    }
  }

  /** A line as it stands in a game's chat, with its speaker's name if it is one of those. */
  withName(server: string, line: string): string {
    const [, userId, text = ''] = /^UnknownUser(\d+)@bridge: (.*)$/s.exec(line) ?? [];
    const name = userId === undefined ? undefined : this.#names.get(userId);
    const known = this.#cutOff.some((one) => one.server === server && one.userId === userId && text.startsWith(one.text));
    return known && name !== undefined ? `${name}@bridge: ${text}` : line;
  }
}
