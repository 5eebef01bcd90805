/** What the web chat serves below `/chat/`. */
import { z } from 'zod';
import { cookieIn, setCookie } from '../../src/http/cookies.ts';
import { streamAnswer } from '../../src/http/event-streams.ts';
import { json } from '../../src/http/json.ts';
import { isOwnOrigin } from '../../src/http/origin.ts';
import { pageOf } from '../../src/http/page.ts';
import type { HttpAnswer, HttpRequest, Route } from '../../src/http/route.ts';
import { refusal } from '../../src/http/server.ts';
import type { Answer, Requests } from '../../web/chat/wire.ts';
import { eventText } from './audience.ts';
import type { WebChat } from './chat.ts';
import { complete } from './commands.ts';
import { Entrance } from './entrance.ts';
import { FILE_PREFIX } from './entry.ts';
import { type Doing, Pace } from './pace.ts';
import { PICTURE_PREFIX, Pictures } from './pictures.ts';
import { MAX_BODY, requests } from './requests.ts';
import { cookiePlace, PREFIX, SESSION } from './session-cookie.ts';
import type { Session } from './sessions.ts';
import { Talk } from './talk.ts';
import { readFile, receiveFile } from './uploads/answers.ts';
import { openingOf, welcomeOf } from './welcome.ts';

const NOT_YET = 'The chat has not started yet. Try again in a moment.';
const WITHOUT_SCRIPT = 'This chat needs JavaScript: what people say comes in while you read.';
/** So many earlier entries are sent at once. */
const EARLIER = 100;

/** What does what is asked for. */
interface Parts {
  readonly talk: Talk;
  readonly pace: Pace;
  readonly entrance: Entrance;
}

/** The routes of a web chat. */
export function routesOf(chat: WebChat): readonly Route[] {
  const talk = new Talk(chat);
  const pace = new Pace(chat.host.clock);
  const entrance = new Entrance(chat);
  const pictures = new Pictures(chat.host.clock);
  return [
    { prefix: PREFIX.slice(0, -1), answer: () => ({ status: 308, headers: { location: 'chat/' }, body: '' }) },
    // Pages come back all at once after a restart, and each user may have a few of them only, and open them so often.
    { prefix: `${PREFIX}events`, methods: ['GET'], unlimited: true, answer: (request) => events(chat, pace, request) },
    {
      prefix: `${PREFIX}upload/`,
      methods: ['POST'],
      maxBody: chat.uploads.maxBytes,
      answer: (request) => receiveFile(chat, chat.sessions.of(cookieIn(request.headers, SESSION)), request),
    },
    {
      prefix: PREFIX,
      methods: ['GET', 'HEAD', 'POST'],
      maxBody: MAX_BODY,
      answer(request) {
        if (request.method === 'POST') return post(chat, { talk, pace, entrance }, request);
        return get(chat, entrance, pictures, request);
      },
    },
  ];
}

async function get(chat: WebChat, entrance: Entrance, pictures: Pictures, request: HttpRequest): Promise<HttpAnswer> {
  const { path, headers, query, signal } = request;
  const { assets } = chat;
  if (!assets) return refusal(503, NOT_YET, { 'retry-after': '2' });
  if (path === '') return pageOf({ assets, folder: 'chat', title: 'Chat', withoutScript: WITHOUT_SCRIPT });
  if (path.startsWith('assets/')) return assets.answer(path.slice('assets/'.length), headers);
  const session = chat.sessions.of(cookieIn(headers, SESSION));
  if (path === 'welcome') return json(200, welcomeOf(chat, session));
  if (path.startsWith('login/')) return entrance.visit(path.slice('login/'.length), request);
  if (!session) return refusal(401, 'Sign in first.');
  if (path === 'earlier') return earlier(chat, query);
  if (path.startsWith(FILE_PREFIX)) return readFile(chat, path.slice(FILE_PREFIX.length), request);
  if (path.startsWith(PICTURE_PREFIX)) return pictures.answer(path.slice(PICTURE_PREFIX.length), signal);
  return refusal(404, 'There is nothing here.');
}

function earlier(chat: WebChat, query: URLSearchParams): HttpAnswer {
  const log = chat.logs.get(query.get('room') ?? '');
  const before = Number(query.get('before'));
  if (!log || !Number.isSafeInteger(before)) return refusal(404, 'There is no such room.');
  return json(200, log.before(before, EARLIER));
}

function events(chat: WebChat, pace: Pace, { headers, query, address }: HttpRequest): HttpAnswer {
  if (!chat.assets) return refusal(503, NOT_YET, { 'retry-after': '2' });
  const session = chat.sessions.of(cookieIn(headers, SESSION));
  if (!session) return refusal(401, 'Sign in first.');
  const last = headers['last-event-id'] ?? query.get('last') ?? '';
  const isTooOften = pace.tooMuch('done', session, address) !== undefined;
  const stream = isTooOften ? undefined : chat.audience.open(session.author, () => openingOf(chat, session, String(last)));
  if (!stream) return refusal(429, 'Too many pages are open.', { 'retry-after': '10' });
  return streamAnswer(stream);
}

async function post(chat: WebChat, { talk, pace, entrance }: Parts, request: HttpRequest): Promise<HttpAnswer> {
  const { path, headers } = request;
  if (!isOwnOrigin(headers.origin, headers.host, chat.base)) return refusal(403, 'Only the page itself may do that.');
  if (!/^application\/json\s*(?:;|$)/.test(headers['content-type'] ?? '')) return refusal(415, 'Only JSON.');
  if (!Object.hasOwn(requests, path)) return refusal(404, 'There is nothing here.');
  const body = (await request.body()).toString();
  if (!chat.assets) return json(503, { fault: NOT_YET });
  const token = cookieIn(headers, SESSION);
  const session = chat.sessions.of(token);
  try {
    const read = <Path extends keyof Requests>(name: Path): Requests[Path] => requests[name].parse(JSON.parse(body));
    if (path === 'guest') return await entrance.guest(read('guest').name, request);
    if (!session || token === undefined) return json(401, { fault: 'You are not signed in any more.' });
    if (path === 'leave') {
      read('leave');
      return await leave(chat, session, token, request);
    }
    const tooMuch = pace.tooMuch(doingOf(path), session, request.address);
    if (tooMuch) return json(429, tooMuch);
    return json(200, await act(path as keyof Requests, chat, talk, session, read));
  } catch (error) {
    if (error instanceof z.ZodError) return json(400, { fault: error.issues[0]?.message ?? 'That is not understood.' });
    if (error instanceof SyntaxError) return json(400, { fault: 'That is no JSON.' });
    throw error;
  }
}

/** As what a request is counted. */
function doingOf(path: string): Doing {
  if (path === 'complete') return 'asked';
  return path === 'say' || path === 'whisper' ? 'said' : 'done';
}

async function act(
  path: keyof Requests,
  chat: WebChat,
  talk: Talk,
  session: Session,
  read: <Path extends keyof Requests>(name: Path) => Requests[Path],
): Promise<Answer> {
  switch (path) {
    case 'say':
      return talk.say(session, read('say'));
    case 'edit':
      return talk.edit(session, read('edit'));
    case 'remove':
      return talk.remove(session, read('remove'));
    case 'react':
      return talk.react(session, read('react'));
    case 'typing':
      return talk.typing(session, read('typing'));
    case 'whisper':
      return talk.whisper(session, read('whisper'));
    case 'complete':
      return complete(chat, session, read('complete'));
    case 'announce':
      return talk.announce(session, read('announce'));
    case 'discard':
      return talk.discard(session, read('discard'));
    default:
      return {};
  }
}

async function leave(chat: WebChat, session: Session, token: string, { headers }: HttpRequest): Promise<HttpAnswer> {
  await chat.sessions.close(token);
  chat.audience.dismiss(session.author.id, eventText('out', { why: 'You have signed out.' }));
  return json(200, {}, { 'set-cookie': setCookie(SESSION, '', 0, cookiePlace(chat, headers.host)) });
}
