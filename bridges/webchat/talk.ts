/** What those who use the page do: say, edit, take back, react, whisper, give commands. */
import { type EventId, eventId, type Message, type RoomRef } from '../../src/event.ts';
import { Recent } from '../../src/recent.ts';
import { toPlain } from '../../src/text/plain.ts';
import { literal } from '../../src/text/tree.ts';
import type { Answer, Requests } from '../../web/chat/wire.ts';
import { eventText } from './audience.ts';
import type { WebChat } from './chat.ts';
import { runCommand } from './commands.ts';
import { entryOf, keyOf, nodesOf, personOf, TAG } from './entry.ts';
import type { Kept, RoomLog } from './room-log.ts';
import type { Session } from './sessions.ts';
import { whisper } from './whispering.ts';

/** So many messages are known by the name that the page gave them: it sends one again when it does not know whether it came. */
const MAX_NONCES = 1_000;

const NOTHING: Answer = {};

/** What is done with the requests of signed-in people. */
export class Talk {
  readonly #chat: WebChat;
  readonly #said = new Recent<string, Promise<Answer>>(MAX_NONCES);
  #count = 0;

  constructor(chat: WebChat) {
    this.#chat = chat;
  }

  /** Says something, once for each nonce; or does what is asked for with a `/`. */
  say(session: Session, request: Requests['say']): Promise<Answer> {
    return this.#once(session, request.nonce, () => this.#say(session, request));
  }

  /** Whispers to somebody, once for each nonce. */
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
    const entry = this.#chat.logs.get(room)?.get(id);
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
    if (!this.#chat.logs.get(room)) return NOTHING;
    audience.tell(eventText('typing', { room, person }));
    if (config.typing) host.typing(room as RoomRef, session.author, true);
    return NOTHING;
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
    const log = this.#chat.logs.get(room);
    if (!log) return { fault: 'This room is not there any more.' };
    if (isBlank(text) && files.length === 0) return { fault: 'There is nothing in it that anybody could see.' };
    const isEmote = /^\/me\s/i.test(text);
    if (/^\/(?!\/)/.test(text) && !isEmote)
      return files.length > 0 ? { fault: 'A command takes no files.' } : runCommand(this.#chat, session, { room, text });
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

  async #whisper(session: Session, request: Requests['whisper']): Promise<Answer> {
    const barred = this.#barred(session);
    if (barred) return barred;
    if (isBlank(request.text)) return { fault: 'There is nothing in it that anybody could see.' };
    return whisper(this.#chat, session, request);
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
    const log = this.#chat.logs.get(room);
    const entry = log?.get(id);
    const key = keyOf(session.author, this.#chat.placeOf(room));
    return log && entry?.kind === 'message' && entry.author?.key === key ? { log, entry } : undefined;
  }

  /** What is answered, by its id in the room. */
  #quoteIn(room: string, id: string | undefined): Pick<Message, 'replyTo'> {
    const entry = id === undefined ? undefined : this.#chat.logs.get(room)?.get(id);
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
