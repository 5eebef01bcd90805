/**
 * What the broker had got of the bridge, and not taken for good, when it was restarted. MQTT has the bridge release that first of all, so
 * the games hear it after the bridge's Last Will, by which they forgot who speaks: such a line may come from an unknown user.
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
  readonly #got = new Set<string>();
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
    const [, kind, packetId = ''] = /^in (PUBREC|PUBCOMP) (\d+)$/.exec(packet) ?? [];
    if (kind === 'PUBREC') this.#got.add(packetId);
    if (kind === 'PUBCOMP') {
      this.#got.delete(packetId);
      this.#said.delete(packetId);
    }
    if (packet.startsWith('out CONNECT')) this.#connects();
  }

  #connects(): void {
    if (this.#broker.restarts === this.#restarts) return;
    this.#restarts = this.#broker.restarts;
    for (const packetId of this.#got) {
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
