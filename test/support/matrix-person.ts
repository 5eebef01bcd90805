/** Somebody with a Matrix client, on the stand-in or on a real homeserver: plain HTTP, so that both are used alike. */
import { withName } from './ghost-view.ts';
import { Recorder } from './host.ts';
import { Signal } from './signal.ts';

/** A message as the people in a room see it. */
export interface MatrixSighting {
  readonly id: string;
  readonly roomId: string;
  readonly sender: string;
  readonly body: string;
  readonly html: string | undefined;
  readonly msgtype: string;
  /** Who is notified by name. */
  readonly mentions: unknown;
  readonly content: Readonly<Record<string, unknown>>;
}

interface Events {
  readonly events: readonly RoomEvent[];
}

interface SyncAnswer {
  readonly next_batch: string;
  readonly rooms?: {
    readonly join?: Record<string, { readonly timeline: Events; readonly state: Events; readonly ephemeral?: Events }>;
    readonly invite?: Record<string, { readonly invite_state: Events }>;
  };
}

interface RoomEvent {
  readonly type: string;
  readonly event_id: string;
  readonly sender: string;
  readonly state_key?: string;
  readonly unsigned?: {
    readonly redacted_because?: unknown;
    readonly 'm.relations'?: { readonly 'm.replace'?: { readonly content: { readonly 'm.new_content'?: RoomEvent['content'] } } };
  };
  readonly content: {
    readonly body?: string;
    readonly formatted_body?: string;
    readonly msgtype?: string;
    readonly 'm.mentions'?: unknown;
    readonly 'm.relates_to'?: { readonly rel_type?: string; readonly event_id?: string; readonly key?: string };
    readonly redacts?: string;
    readonly [key: string]: unknown;
  };
}

/** A message as it stands in a room after all edits. */
interface StandingMessage {
  readonly id: string;
  readonly sender: string;
  readonly body: string;
  readonly content: Readonly<Record<string, unknown>>;
}

/** One person, who sees what is said in their rooms from the moment they {@link MatrixPerson.look}. */
export class MatrixPerson {
  readonly id: string;
  readonly sees = new Recorder<MatrixSighting>();
  readonly invitations = new Recorder<{ readonly roomId: string; readonly by: string; readonly isDirect: boolean }>();
  readonly #url: string;
  readonly #token: string;
  readonly #closing = new AbortController();
  /** By the id of the reaction. */
  readonly #reactions = new Map<string, { readonly target: string; readonly key: string; readonly sender: string }>();
  readonly #changed = new Signal();
  /** Who came into which room, as `room user`. */
  readonly #joined = new Set<string>();
  /** Who else types, and who did since they look, by room. */
  readonly #typing = new Map<string, readonly string[]>();
  readonly #typists = new Map<string, ReadonlySet<string>>();
  #transaction = 0;
  #looking: Promise<void> | undefined;

  readonly #isGhost: (userId: string) => boolean;
  /** Display names by room and user, as the latest sync tells. */
  readonly #names = new Map<string, string>();

  /** @param isGhost whose messages are seen with the name that a client shows beside them */
  constructor(
    url: string,
    account: { readonly id: string; readonly token: string },
    isGhost: (userId: string) => boolean = () => false,
  ) {
    this.#isGhost = isGhost;
    this.#url = url;
    this.#token = account.token;
    this.id = account.id;
  }

  get token(): string {
    return this.#token;
  }

  /** Makes a room that anybody may join. @returns its id */
  async createRoom(alias?: string): Promise<string> {
    const body = { preset: 'public_chat', ...(alias !== undefined && { room_alias_name: alias }) };
    const { room_id } = await this.#request<{ room_id: string }>('POST', 'createRoom', body);
    return room_id;
  }

  /** @returns the room's id */
  async join(room: string): Promise<string> {
    return (await this.#request<{ room_id: string }>('POST', `join/${encodeURIComponent(room)}`, {})).room_id;
  }

  /** Makes a room for two, and invites the other one. @returns its id */
  async invitesToPrivate(userId: string): Promise<string> {
    const body = { preset: 'trusted_private_chat', is_direct: true, invite: [userId] };
    return (await this.#request<{ room_id: string }>('POST', 'createRoom', body)).room_id;
  }

  async leave(room: string): Promise<void> {
    await this.#request('POST', `rooms/${encodeURIComponent(room)}/leave`, {});
  }

  /** Sends somebody out of a room. */
  async kicks(room: string, user_id: string): Promise<void> {
    await this.#request('POST', `rooms/${encodeURIComponent(room)}/kick`, { user_id });
  }

  async says(room: string, content: string | Record<string, unknown>): Promise<string> {
    const body = typeof content === 'string' ? { msgtype: 'm.text', body: content } : content;
    const transaction = `${process.pid}-${this.id}-${this.#transaction++}-${process.hrtime.bigint()}`;
    const path = `rooms/${encodeURIComponent(room)}/send/m.room.message/${encodeURIComponent(transaction)}`;
    return (await this.#request<{ event_id: string }>('PUT', path, body)).event_id;
  }

  /** Reacts to a message. @returns the id of the reaction */
  async reacts(room: string, event_id: string, key: string): Promise<string> {
    const path = `rooms/${encodeURIComponent(room)}/send/m.reaction/${process.pid}-${this.#transaction++}-${process.hrtime.bigint()}`;
    const relation = { rel_type: 'm.annotation', event_id, key };
    return (await this.#request<{ event_id: string }>('PUT', path, { 'm.relates_to': relation })).event_id;
  }

  /** Takes back what they said, or a reaction. */
  async takesBack(room: string, id: string): Promise<void> {
    const transaction = `${process.pid}-${this.#transaction++}-${process.hrtime.bigint()}`;
    await this.#request('PUT', `rooms/${encodeURIComponent(room)}/redact/${encodeURIComponent(id)}/${transaction}`, {});
  }

  /** What others reacted to a message with since they look, in order, as far as it was not taken back. */
  reactionsTo(eventId: string): string[] {
    const all = [...this.#reactions.values()].filter(({ target, sender }) => target === eventId && sender !== this.id);
    // Those of several ghosts stand there as one, with a number beside it.
    return all
      .filter((one, n) => !this.#isGhost(one.sender) || all.findIndex(({ key }) => key === one.key) === n)
      .map(({ key }) => key);
  }

  /** Waits until somebody comes into a room. */
  async waitForMember(room: string, userId: string): Promise<void> {
    await this.#changed.until(() => this.#joined.has(`${room} ${userId}`), `${userId} in ${room}`);
  }

  /** Waits until others react to a message with exactly this. */
  async waitForReactions(eventId: string, keys: readonly string[], timeout?: number): Promise<void> {
    const are = () => JSON.stringify(this.reactionsTo(eventId));
    await this.#changed.until(() => are() === JSON.stringify(keys), `the reactions ${keys.join(' ')}`, timeout, are);
  }

  /** Types in a room, for so many milliseconds; with 0, no more. */
  async types(room: string, timeout = 30_000): Promise<void> {
    const path = `rooms/${encodeURIComponent(room)}/typing/${encodeURIComponent(this.id)}`;
    await this.#request('PUT', path, timeout > 0 ? { typing: true, timeout } : { typing: false });
  }

  /** Who else was seen to type in a room since they look. */
  typistsIn(room: string): readonly string[] {
    return [...(this.#typists.get(room) ?? [])];
  }

  /** Waits until exactly these others type in a room. */
  async waitForTypists(room: string, userIds: readonly string[], timeout?: number): Promise<void> {
    const are = () => JSON.stringify(this.#typing.get(room) ?? []);
    await this.#changed.until(() => are() === JSON.stringify(userIds), `typing: ${userIds.join(' ')}`, timeout, are);
  }

  /** A setting of a room. */
  stateOf(room: string, type: string, key = ''): Promise<unknown> {
    return this.#request('GET', `rooms/${encodeURIComponent(room)}/state/${type}/${encodeURIComponent(key)}`);
  }

  /** Looks up what there is behind the homeserver. https://spec.matrix.org/v1.13/client-server-api/#third-party-networks */
  looksUp(path: string): Promise<unknown> {
    return this.#request('GET', `thirdparty/${path}`);
  }

  /** Uploads a file. @returns its `mxc:` address */
  async upload(content: string | Uint8Array, type: string): Promise<string> {
    const headers = { authorization: `Bearer ${this.#token}`, 'content-type': type };
    const body = Buffer.from(content);
    const response = await fetch(`${this.#url}/_matrix/media/v3/upload`, { method: 'POST', headers, body });
    return ((await response.json()) as { content_uri: string }).content_uri;
  }

  /** What is in a file. @param mxc its address */
  async download(mxc: unknown): Promise<string> {
    const path = String(mxc).replace('mxc://', '/_matrix/client/v1/media/download/');
    const response = await fetch(`${this.#url}${path}`, { headers: { authorization: `Bearer ${this.#token}` } });
    return response.text();
  }

  async rename(name: string): Promise<void> {
    await this.#request('PUT', `profile/${encodeURIComponent(this.id)}/displayname`, { displayname: name });
  }

  /** Changes their picture. Gives its address. */
  async looksLike(picture: Uint8Array, type: string): Promise<string> {
    const avatar_url = await this.upload(picture, type);
    await this.#request('PUT', `profile/${encodeURIComponent(this.id)}/avatar_url`, { avatar_url });
    return avatar_url;
  }

  /** Begins to look at what is said from now on. */
  async look(): Promise<void> {
    const { next_batch } = await this.#request<SyncAnswer>('GET', 'sync?timeout=0');
    this.#looking = this.#sync(next_batch);
  }

  /** The first message in a room whose plain text holds these words. */
  waitFor(room: string, words: string | RegExp, timeout?: number): Promise<MatrixSighting> {
    return this.sees.waitFor(
      ({ roomId, body }) => roomId === room && (typeof words === 'string' ? body.includes(words) : words.test(body)),
      timeout,
    );
  }

  /** The plain texts that others said in a room so far. */
  heard(room: string): string[] {
    return this.sees.all.filter(({ roomId, sender }) => roomId === room && sender !== this.id).map(({ body }) => body);
  }

  /** The latest messages of a room as somebody who opens it now finds them, oldest first: edited, and without those taken back. */
  async standing(room: string): Promise<StandingMessage[]> {
    const filter = encodeURIComponent('{"types":["m.room.message"]}');
    const path = `rooms/${encodeURIComponent(room)}/messages?dir=b&limit=1000&filter=${filter}`;
    const { chunk } = await this.#request<{ chunk: readonly RoomEvent[] }>('GET', path);
    return [...chunk].reverse().flatMap(({ event_id: id, sender, content, unsigned }) => {
      if (unsigned?.redacted_because !== undefined || content['m.relates_to']?.rel_type === 'm.replace') return [];
      const edited = unsigned?.['m.relations']?.['m.replace']?.content['m.new_content'] ?? content;
      const shown = this.#seen(room, sender, edited);
      return { id, sender, body: shown.body ?? '', content: shown };
    });
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#looking;
  }

  async #sync(token: string): Promise<void> {
    for (let since = token; !this.#closing.signal.aborted; ) {
      let answer: SyncAnswer;
      try {
        answer = await this.#request<SyncAnswer>('GET', `sync?timeout=20000&since=${encodeURIComponent(since)}`);
      } catch (error) {
        if (this.#closing.signal.aborted) return;
        throw error;
      }
      since = answer.next_batch;
      for (const [roomId, { invite_state }] of Object.entries(answer.rooms?.invite ?? {})) {
        const invite = invite_state.events.find(({ type, state_key: key }) => type === 'm.room.member' && key === this.id);
        if (invite) this.invitations.add({ roomId, by: invite.sender, isDirect: invite.content['is_direct'] === true });
      }
      for (const [roomId, { timeline, state, ephemeral }] of Object.entries(answer.rooms?.join ?? {})) {
        this.#noteTyping(roomId, ephemeral?.events ?? []);
        for (const event of state.events) this.#noteName(roomId, event);
        for (const event of timeline.events) {
          const { type, event_id: id, sender } = event;
          this.#noteName(roomId, event);
          this.#noteReaction(type, id, sender, event.content);
          if (type !== 'm.room.message') continue;
          const content = this.#seen(roomId, sender, event.content);
          const { body = '', formatted_body: html, msgtype = '', 'm.mentions': mentions } = content;
          this.sees.add({ id, roomId, sender, body, html, msgtype, mentions, content });
        }
      }
    }
  }

  #noteTyping(roomId: string, events: readonly Pick<RoomEvent, 'type' | 'content'>[]): void {
    const userIds = events.find(({ type }) => type === 'm.typing')?.content['user_ids'];
    if (!Array.isArray(userIds)) return;
    const others = userIds.map(String).filter((id) => id !== this.id);
    this.#typing.set(roomId, others);
    this.#typists.set(roomId, new Set([...this.typistsIn(roomId), ...others]));
    this.#changed.notify();
  }

  #noteName(roomId: string, { type, state_key: key, content }: RoomEvent): void {
    if (type !== 'm.room.member' || key === undefined) return;
    this.#names.set(`${roomId} ${key}`, String(content['displayname'] ?? key));
    if (content['membership'] === 'join') this.#joined.add(`${roomId} ${key}`);
    this.#changed.notify();
  }

  #seen(roomId: string, sender: string, content: RoomEvent['content']): RoomEvent['content'] {
    if (!this.#isGhost(sender)) return content;
    return withName(this.#names.get(`${roomId} ${sender}`) ?? sender, content) as RoomEvent['content'];
  }

  #noteReaction(type: string, id: string, sender: string, content: RoomEvent['content']): void {
    const { event_id: target, key } = content['m.relates_to'] ?? {};
    if (type === 'm.room.redaction') this.#reactions.delete(content.redacts ?? '');
    else if (type === 'm.reaction' && target !== undefined && key !== undefined) this.#reactions.set(id, { target, key, sender });
    else return;
    this.#changed.notify();
  }

  async #request<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
    const response = await fetch(`${this.#url}/_matrix/client/v3/${path}`, {
      method,
      headers: { authorization: `Bearer ${this.#token}`, 'content-type': 'application/json' },
      signal: this.#closing.signal,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as Answer;
  }
}
