/** What those who use the page do: say, edit, take back, react, whisper, give commands. */
import { helpFor, type Invocation, readCommand } from '../../src/adapter.ts';
import { type EventId, eventId, type Message, type RoomRef, type ServerId } from '../../src/event.ts';
import { FloodLimiter } from '../../src/flood.ts';
import { networkOf } from '../../src/http/address-limit.ts';
import { Recent } from '../../src/recent.ts';
import { toPlain } from '../../src/text/plain.ts';
import { literal } from '../../src/text/tree.ts';
import type { Answer, Requests } from '../../web/chat/wire.ts';
import { eventText } from './audience.ts';
import type { WebChat } from './chat.ts';
import { completionOf } from './completion.ts';
import { entryOf, keyOf, nodesOf, personOf, TAG } from './entry.ts';
import type { Kept, RoomLog } from './room-log.ts';
import type { Session } from './sessions.ts';

/** So much somebody may say a minute, and so much everybody at one address together. */
const SAID = { user: 30, address: 120 };
/** So much else they may do. */
const DONE = { user: 120, address: 600 };
/** So often they may be told what can be typed next. */
const ASKED = { user: 300, address: 600 };
/** So many messages are known by the name that the page gave them: it sends one again when it does not know whether it came. */
const MAX_NONCES = 1_000;

const NOTHING: Answer = {};
const COMMANDS_NOTE = 'Only you see what they answer. //text says /text, and /me waves is what you do.';

/** What is done with the requests of signed-in people. */
export class Talk {
  readonly #chat: WebChat;
  readonly #limits: {
    readonly [What in 'said' | 'asked' | 'done']: { readonly user: FloodLimiter; readonly address: FloodLimiter };
  };
  readonly #said = new Recent<string, Promise<Answer>>(MAX_NONCES);
  #count = 0;

  constructor(chat: WebChat) {
    const { clock } = chat.host;
    const limiter = (perMinute: number) => new FloodLimiter({ perMinute, clock });
    this.#chat = chat;
    this.#limits = {
      said: { user: limiter(SAID.user), address: limiter(SAID.address) },
      asked: { user: limiter(ASKED.user), address: limiter(ASKED.address) },
      done: { user: limiter(DONE.user), address: limiter(DONE.address) },
    };
  }

  /** Whether somebody may do something now; else they are told to wait. */
  tooMuch(what: 'said' | 'asked' | 'done', session: Session, address: string): Answer | undefined {
    const { user, address: place } = this.#limits[what];
    if (user.allow(session.author.id) === 'yes' && place.allow(networkOf(address)) === 'yes') return undefined;
    return { fault: 'That was too much at once. Wait a moment.', wait: 3 };
  }

  /** Says something, once for each nonce; or does what is asked for with a `/`. */
  say(session: Session, request: Requests['say']): Promise<Answer> {
    return this.#once(session, request.nonce, () => this.#say(session, request));
  }

  /** Whispers to a player, once for each nonce. */
  whisper(session: Session, request: Requests['whisper']): Promise<Answer> {
    return this.#once(session, request.nonce, () => this.#whisper(session, request));
  }

  /** Changes what somebody said. */
  async edit(session: Session, { room, id, text }: Requests['edit']): Promise<Answer> {
    const found = this.#own(session, room, id);
    if (found === undefined) return { fault: 'This message is not there any more, or is not yours.' };
    const barred = this.#barred(session);
    if (barred) return barred;
    const { log, entry } = found;
    const { attachments = [] } = entry;
    if (isBlank(text) && attachments.length === 0)
      return { fault: 'There is nothing in it that anybody could see. To take the message back, delete it.' };
    const { host, base } = this.#chat;
    const place = this.#chat.placeOf(room);
    const body = literal(text);
    const message: Message = {
      kind: 'message',
      id: entry.event as EventId,
      at: entry.at,
      place,
      tag: TAG,
      author: session.author,
      body,
      attachments,
      ...(entry.emote === true && { emote: true }),
      ...this.#quoteIn(room, entry.quote?.id),
    };
    await host.edit({ kind: 'edit', id: this.#newId(room), at: host.clock.now(), place, message });
    await log.alter(id, (before) => ({ ...before, body: nodesOf(body, base), edited: true }));
    return NOTHING;
  }

  /** Takes back what somebody said. */
  async remove(session: Session, { room, id }: Requests['remove']): Promise<Answer> {
    const found = this.#own(session, room, id);
    if (found === undefined) return { fault: 'This message is not there any more, or is not yours.' };
    const { host } = this.#chat;
    const place = this.#chat.placeOf(room);
    const target = found.entry.event as EventId;
    await host.remove({ kind: 'removal', id: this.#newId(room), at: host.clock.now(), place, target });
    await this.#chat.remove(room as RoomRef, [id]);
    return NOTHING;
  }

  /** Reacts to a message, or takes that back. */
  async react(session: Session, { room, id, emoji: name, on }: Requests['react']): Promise<Answer> {
    const entry = this.#chat.logOf(room)?.get(id);
    if (entry?.kind !== 'message') return { fault: 'This message is not there any more.' };
    const { host } = this.#chat;
    const barred = this.#barred(session);
    if (barred) return barred;
    const place = this.#chat.placeOf(room);
    const { author } = session;
    const common = { id: this.#newId(room), at: host.clock.now(), place, target: eventId(place, id), emoji: { name } };
    if (on) await host.react({ kind: 'reaction', ...common, tag: TAG, author });
    else await host.react({ kind: 'reaction-removal', ...common, userId: author.id });
    await this.#chat.countReaction(room, id, name, keyOf(author, place), on);
    return NOTHING;
  }

  /** Shows the others that somebody types. */
  typing(session: Session, { room }: Requests['typing']): Answer {
    const { audience, base, config, host } = this.#chat;
    const barred = this.#barred(session);
    if (barred) return barred;
    const person = personOf(session.author, this.#chat.placeOf(room), base);
    if (!this.#chat.logOf(room)) return NOTHING;
    audience.tell(eventText('typing', { room, person }));
    if (config.typing) host.typing(room as RoomRef, session.author, true);
    return NOTHING;
  }

  /** What somebody can type next. */
  async complete(session: Session, { room, text }: Requests['complete']): Promise<Answer> {
    const completion = await completionOf(text, this.#chat.host.commands, this.#givenBy(session, room));
    return completion ? { completion } : NOTHING;
  }

  /** Somebody is about to send a file. */
  async announce(session: Session, { size }: Requests['announce']): Promise<Answer> {
    return this.#barred(session) ?? this.#chat.uploads.announce(session, size);
  }

  /** Somebody does not want to send a file after all. */
  async discard(session: Session, { id }: Requests['discard']): Promise<Answer> {
    await this.#chat.uploads.discard(session, id);
    return NOTHING;
  }

  async #say(session: Session, { room, text, nonce, reply, files = [] }: Requests['say']): Promise<Answer> {
    const log = this.#chat.logOf(room);
    if (!log) return { fault: 'This room is not there any more.' };
    if (isBlank(text) && files.length === 0) return { fault: 'There is nothing in it that anybody could see.' };
    const isEmote = /^\/me\s/i.test(text);
    if (/^\/(?!\/)/.test(text) && !isEmote)
      return files.length > 0 ? { fault: 'A command takes no files.' } : this.#command(session, room, text);
    const { host, base } = this.#chat;
    const barred = this.#barred(session);
    if (barred) return barred;
    const place = this.#chat.placeOf(room);
    const words = isEmote ? text.slice(4).trim() : text.startsWith('//') ? text.slice(1) : text;
    const id = `${keyOf(session.author, place)}-${nonce}`;
    // It came once already, and stands as it did then.
    if (log.get(id)) return NOTHING;
    const attachments = await this.#chat.uploads.attach(session, files);
    if ('fault' in attachments) return attachments;
    const message: Message = {
      kind: 'message',
      id: eventId(place, id),
      at: host.clock.now(),
      place,
      tag: TAG,
      author: session.author,
      body: literal(words),
      attachments,
      ...(isEmote && { emote: true }),
      ...this.#quoteIn(room, reply),
    };
    await host.message(message);
    const { replyTo } = message;
    const here = replyTo && reply !== undefined ? { replyTo: { ...replyTo, here: { nativeId: reply } } } : {};
    const entry = entryOf({ ...message, ...here }, host.id, base);
    await log.add({ ...entry, id, ...(attachments.length > 0 && { attachments }) });
    return NOTHING;
  }

  async #command(session: Session, room: string, text: string): Promise<Answer> {
    const { host, base } = this.#chat;
    const typed = readCommand(text, '/', host.commands.all);
    if (typed === undefined) return { fault: `There is no such command. /help lists them; to say this, begin with //.` };
    if (typed.kind === 'wrong') return { fault: typed.sentence };
    const given = this.#givenBy(session, room);
    if (typed.kind === 'help')
      return { answer: nodesOf(helpFor(host.commands.all, given.caller.rank, '/', typed.about, COMMANDS_NOTE), base) };
    const { command, options } = typed;
    return { answer: nodesOf(await host.commands.run({ ...given, command: command.name, options }), base) };
  }

  /** Who gives a command, and where. */
  #givenBy({ author }: Session, room: string): Omit<Invocation, 'command' | 'options'> {
    const rank = this.#chat.rankOf({ author });
    const caller = { author, rank, isOperator: rank === 'admin' };
    return { caller, room: room as RoomRef, rooms: this.#chat.host.rooms };
  }

  async #whisper(session: Session, { server, user, text, nonce }: Requests['whisper']): Promise<Answer> {
    const { host, base } = this.#chat;
    const player = host.chat.state.servers.get(server)?.getUser(user);
    const barred = this.#barred(session);
    if (barred) return barred;
    if (isBlank(text)) return { fault: 'There is nothing in it that anybody could see.' };
    if (!player) return { fault: 'They are not there any more.' };
    const { author } = session;
    const place = this.#chat.placeOf(`whispers of ${author.id}`);
    const at = host.clock.now();
    const id = eventId(place, nonce);
    const { name, steamid64, firstSeen, placeholder } = player;
    const to = { id: String(user), name, ...(steamid64 !== undefined && { steamid64 }) };
    const since = placeholder ? {} : { since: firstSeen };
    const body = literal(text);
    await host.direct({
      id,
      place,
      at,
      author,
      body,
      attachments: [],
      to: { kind: 'player', server: server as ServerId, number: user, ...since, author: to },
    });
    const other = personOf(to, { kind: 'server', server: server as ServerId }, base);
    this.#chat.tellWhisper(author.id, { id, at, with: other, tag: server, mine: true, body: nodesOf(body, base) });
    return NOTHING;
  }

  #once(session: Session, nonce: string, action: () => Promise<Answer>): Promise<Answer> {
    const key = `${session.author.id} ${nonce}`;
    const known = this.#said.get(key);
    if (known) return known;
    // What failed may be tried again.
    const answer = action().catch((error: unknown) => {
      this.#said.delete(key);
      throw error;
    });
    this.#said.set(key, answer);
    return answer;
  }

  /** What somebody is told of whom nothing is carried: others on the page don't read it either. */
  #barred({ author }: Session): Answer | undefined {
    const fault = this.#chat.host.whyBarred(author.id);
    return fault === undefined ? undefined : { fault };
  }

  #own(session: Session, room: string, id: string): { readonly log: RoomLog; readonly entry: Kept } | undefined {
    const log = this.#chat.logOf(room);
    const entry = log?.get(id);
    const key = keyOf(session.author, this.#chat.placeOf(room));
    return log && entry?.kind === 'message' && entry.author?.key === key ? { log, entry } : undefined;
  }

  /** What is answered, by its id in the room. */
  #quoteIn(room: string, id: string | undefined): Pick<Message, 'replyTo'> {
    const entry = id === undefined ? undefined : this.#chat.logOf(room)?.get(id);
    if (id === undefined || entry?.kind !== 'message') return {};
    const { author, body } = entry;
    const target = eventId(this.#chat.placeOf(room), id);
    return { replyTo: { author: author?.name ?? 'somebody', text: toPlain(body), target } };
  }

  #newId(room: string): EventId {
    this.#count++;
    return eventId(this.#chat.placeOf(room), `${this.#chat.host.clock.now()}-${this.#count}`);
  }
}

function isBlank(text: string): boolean {
  return !/[^\p{Z}\p{C}\p{Default_Ignorable_Code_Point}]/u.test(text);
}
