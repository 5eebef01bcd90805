/** The cookie by which a browser is known that got in. */

import { type CookiePlace, setCookie } from '../../src/http/cookies.ts';
import { baseOf } from '../../src/http/origin.ts';
import type { WebChat } from './chat.ts';
import type { Session } from './sessions.ts';

/** Below this lies the web chat. */
export const PREFIX = '/chat/';
/** The cookie's name. */
export const SESSION = 'crosschat_session';

/** Lets somebody in: their browser keeps the session. */
export async function admit(
  chat: WebChat,
  session: Pick<Session, 'kind' | 'author'>,
  host: string | undefined,
): Promise<{ readonly 'set-cookie': string } | undefined> {
  const token = await chat.sessions.open(session.kind, session.author);
  if (token === undefined) return undefined;
  return { 'set-cookie': setCookie(SESSION, token, chat.sessions.secondsOf(session.kind), cookiePlace(chat, host)) };
}

/** Where this chat's cookies hold. */
export function cookiePlace(chat: WebChat, host: string | undefined): CookiePlace {
  const { pathname, protocol } = new URL(`${baseOf(host, chat.base) ?? 'http://localhost'}${PREFIX}`);
  return { path: pathname, secure: protocol === 'https:', sameSite: 'Lax' };
}
