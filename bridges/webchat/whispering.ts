/** Whispers that are typed on the page: to players, to others who have it open, and to whoever whispered before. */
import type { DirectMessage } from '../../src/adapter.ts';
import { eventId, nativeIdIn, type Place, type PlayerParty, type ServerId } from '../../src/event.ts';
import { literal } from '../../src/text/tree.ts';
import type { Answer, Requests, WhisperEntry } from '../../web/chat/wire.ts';
import type { WebChat } from './chat.ts';
import { keyOf, nodesOf, personOf, TAG } from './entry.ts';
import type { Session } from './sessions.ts';

type Target = Requests['whisper']['to'];

/** Whom a whisper is for: as the core is told, and as the page shows it. */
type Found = Pick<DirectMessage, 'to' | 'inReplyTo'> & Pick<WhisperEntry, 'with' | 'tag'>;

/** Hands a whisper to the core, and shows it to whoever wrote it. */
export async function whisper(chat: WebChat, { author }: Session, { to, text, nonce }: Requests['whisper']): Promise<Answer> {
  const { host, base } = chat;
  const place = chat.placeOf(`whispers of ${author.id}`);
  const found = foundBy(chat, author.id, place, to);
  if (found === undefined) return { fault: 'They are not there any more.' };
  const { with: other, tag, ...whom } = found;
  const at = host.clock.now();
  const id = eventId(place, nonce);
  const body = literal(text);
  await host.direct({ id, place, at, author, body, attachments: [], ...whom });
  chat.tellWhisper(author.id, { id, at, with: other, tag, mine: true, body: nodesOf(body, base) });
  return {};
}

function foundBy(chat: WebChat, userId: string, place: Place, to: Target): Found | undefined {
  if ('answer' in to) return answered(chat, userId, place, to.answer);
  return 'person' in to ? visitor(chat, to.person) : player(chat, to);
}

function player({ host, base }: WebChat, { server, user }: Extract<Target, { server: string }>): Found | undefined {
  const found = host.chat.state.servers.get(server)?.getUser(user);
  if (found === undefined || !host.hears(server as ServerId)) return undefined;
  const { name, steamid64, firstSeen, placeholder } = found;
  const author = { id: String(user), name, ...(steamid64 !== undefined && { steamid64 }) };
  const since = placeholder ? {} : { since: firstSeen };
  const to: PlayerParty = { kind: 'player', server: server as ServerId, number: user, ...since, author };
  return { to, with: personOf(author, { kind: 'server', server: to.server }, base), tag: server };
}

function visitor(chat: WebChat, key: string): Found | undefined {
  const place = chat.placeOf('');
  const author = chat.audience.people.find((one) => keyOf(one, place) === key);
  if (author === undefined) return undefined;
  return { to: { kind: 'user', adapter: chat.host.id, author }, with: personOf(author, place, chat.base), tag: TAG };
}

/** Whoever wrote a whisper, or to whom it went: the core knows them by it, wherever they are. */
function answered(chat: WebChat, userId: string, place: Place, id: string): Found | undefined {
  const entry = chat.whispers.of(userId).find((one) => one.id === id);
  if (entry === undefined) return undefined;
  const { mine, with: other, tag } = entry;
  const native = mine ? nativeIdIn(place, id as DirectMessage['id']) : id;
  return native === undefined ? undefined : { inReplyTo: native, with: other, tag };
}
