/** A message as Discord orders them: ids grow with time. https://discord.com/developers/docs/reference#snowflakes */
interface Ordered {
  readonly id: string;
  readonly channelId: string;
}

/** What is heard of one room. */
interface Room<T> {
  /** The id of the last message. */
  last: bigint;
  /** How many breaks there were of which it isn't clear yet what they hid: a second one may come while the first is dealt with. */
  breaks: number;
  /** What came meanwhile: messages, and what happened to messages. */
  held: (T | (() => void))[];
}

/**
 * Passes messages on, each once and in order, over a break of the connection: what comes while it isn't clear whether something was
 * missed is held back until that was fetched. No room waits for another one.
 */
export class Hearing<T extends Ordered> {
  readonly #pass: (message: T) => void;
  readonly #rooms: Map<string, Room<T>>;
  /** How many breaks nobody has begun to deal with. */
  #breaks = 0;

  constructor(rooms: readonly string[], pass: (message: T) => void) {
    this.#pass = pass;
    this.#rooms = new Map(rooms.map((id) => [id, { last: 0n, breaks: 0, held: [] }]));
  }

  /** Hears another room from now on, unless it is heard already. @param last the id of its last message that needs not be heard */
  follow(roomId: string, last = '0'): void {
    if (this.#rooms.has(roomId)) return;
    this.#rooms.set(roomId, { last: BigInt(last), breaks: this.#breaks, held: [] });
  }

  /** Hears a room no more. */
  forget(roomId: string): void {
    this.#rooms.delete(roomId);
  }

  /** Hears a message; those of other rooms are ignored. @param parent the room whose thread this one is: it is told what was said there before */
  hear(message: T, parent = message.channelId): void {
    const room = this.#rooms.get(message.channelId);
    const before = this.#rooms.get(parent);
    if (room === undefined) return;
    if (before !== room && before !== undefined && before.breaks > 0) before.held.push(() => this.hear(message));
    else if (room.breaks > 0) room.held.push(message);
    else this.#hearOnce(room, message);
  }

  /** Does something about earlier messages of a room, after those were passed on. @param parent like that of {@link hear} */
  afterwards(roomId: string, action: () => void, parent = roomId): void {
    const room = this.#rooms.get(roomId);
    const before = this.#rooms.get(parent);
    if (room === undefined) return;
    if (before !== room && before !== undefined && before.breaks > 0) before.held.push(() => this.afterwards(roomId, action));
    else if (room.breaks > 0) room.held.push(action);
    else action();
  }

  /** The connection broke: holds back what comes, until {@link release} or {@link catchUp} is called for this break. */
  hold(): void {
    this.#breaks += 1;
    for (const room of this.#rooms.values()) room.breaks += 1;
  }

  /** Nothing was missed: passes on what was held back, unless another break is still to be dealt with. */
  release(): void {
    this.#breaks -= 1;
    for (const room of this.#rooms.values()) this.#release(room);
  }

  /** The id up to which a room was heard. */
  heardUpTo(roomId: string): string {
    return String(this.#rooms.get(roomId)?.last ?? 0n);
  }

  /** Counts what was said up to a message as heard, but never what is held back. */
  skipTo(roomId: string, messageId: string): void {
    const room = this.#rooms.get(roomId);
    if (room === undefined) return;
    const [first] = room.held.flatMap((item) => (typeof item === 'function' ? [] : [BigInt(item.id) - 1n]));
    const until = BigInt(messageId);
    room.last = first !== undefined && first < until ? first : until;
  }

  /** Passes on what was missed in each room, then what was held back. Each of the rooms goes its own way; `fetch` never rejects. */
  async catchUp(fetch: (roomId: string, pass: (missed: readonly T[]) => void) => Promise<void>): Promise<void> {
    this.#breaks -= 1;
    await Promise.all(
      [...this.#rooms].map(async ([id, room]) => {
        await fetch(id, (missed) => {
          for (const message of [...missed].sort((a, b) => (BigInt(a.id) < BigInt(b.id) ? -1 : 1))) this.#hearOnce(room, message);
        });
        this.#release(room);
      }),
    );
  }

  #release(room: Room<T>): void {
    room.breaks -= 1;
    if (room.breaks > 0) return;
    const { held } = room;
    room.held = [];
    for (const item of held) {
      if (typeof item === 'function') item();
      else this.#hearOnce(room, item);
    }
  }

  #hearOnce(room: Room<T>, message: T): void {
    const id = BigInt(message.id);
    if (id <= room.last) return;
    room.last = id;
    this.#pass(message);
  }
}
