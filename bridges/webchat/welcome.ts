/** What a page is told when it opens. */
import type { Welcome } from '../../web/chat/wire.ts';
import { eventText } from './audience.ts';
import type { WebChat } from './chat.ts';
import { personOf } from './entry.ts';
import { MAX_TEXT } from './requests.ts';
import type { Session } from './sessions.ts';

/** What a page is told first of all. */
export function welcomeOf(chat: WebChat, session: Session | undefined): Welcome {
  const uploads = session && chat.uploads.allowed(session);
  return {
    ...(session && {
      me: {
        person: personOf(session.author, chat.placeOf(''), chat.base),
        kind: session.kind,
        moderator: chat.rankOf(session.author.id) !== 'everybody',
      },
    }),
    ways: [...(chat.config.guests ? ['guest' as const] : []), ...chat.signIn.services],
    rooms: chat.logs.rooms,
    maxText: MAX_TEXT,
    ...(uploads && { uploads }),
  };
}

/** What the stream of a page begins with: all that it missed. @param last the event that it heard last */
export function openingOf(chat: WebChat, session: Session, last: string): string {
  const { fresh, texts } = chat.logs.missed(last);
  const whispers = chat.whispers.of(session.author.id);
  void chat.whispers.read(session.author.id);
  return [
    eventText('hello', { fresh, welcome: welcomeOf(chat, session) }),
    ...texts,
    ...whispers.map((entry) => eventText('whisper', entry)),
    eventText('people', chat.presence.people(session.author)),
    eventText('ready', { servers: chat.roster.all() }),
  ].join('');
}
