/** What is served below `/operator/`. */
import { z } from 'zod';
import type { Answer, Requests, Welcome } from '../../web/operator/wire.ts';
import type { Actor } from '../control.ts';
import { ControlError } from '../control.ts';
import { cookieIn, setCookie } from '../http/cookies.ts';
import { streamAnswer } from '../http/event-streams.ts';
import { json } from '../http/json.ts';
import { baseOf, isOwnOrigin } from '../http/origin.ts';
import { pageOf } from '../http/page.ts';
import type { HttpAnswer, HttpRequest, Route } from '../http/route.ts';
import { refusal } from '../http/server.ts';
import { standingOf } from './access.ts';
import { does, type Wish } from './deeds.ts';
import type { Operator } from './operator.ts';
import { MAX_BODY, requests } from './requests.ts';
import type { Session } from './sessions.ts';

/** Below this lies the page. */
export const PREFIX = '/operator/';
const COOKIE = 'crosschat_operator';
const WITHOUT_SCRIPT = 'This page needs JavaScript: it shows how the bridge is while you look.';
const NOT_OURS =
  'Only the page itself may do that. Where you have opened it by a name, set PUBLIC_URL to the address that you use, or open it by an IP address.';
/** The longest name that the audit log is searched for. */
const MAX_SEARCH = 100;

/** Somebody who got in: with the token, or since they sit at this machine. */
interface Guest {
  readonly session: Session | undefined;
  readonly cookie: string | undefined;
}

/** Somebody who did not. */
interface Stranger {
  /** Why nobody gets in from where they are; undefined where the token is missing. */
  readonly refused: string | undefined;
}

/** The routes. */
export function operatorRoutes(operator: Operator): readonly Route[] {
  return [
    { prefix: PREFIX.slice(0, -1), answer: () => ({ status: 308, headers: { location: 'operator/' }, body: '' }) },
    {
      prefix: PREFIX,
      methods: ['GET', 'HEAD', 'POST'],
      maxBody: MAX_BODY,
      answer: (request) => (request.method === 'POST' ? post(operator, request) : get(operator, request)),
    },
  ];
}

async function get(operator: Operator, request: HttpRequest): Promise<HttpAnswer> {
  const { path, headers, query } = request;
  const { assets, source, live } = operator;
  if (!assets) return refusal(503, "The operator's page is not there; run `npm run build`.");
  if (path === '') return pageOf({ assets, folder: 'operator', title: 'Bridge', withoutScript: WITHOUT_SCRIPT });
  if (path.startsWith('assets/')) return assets.answer(path.slice('assets/'.length), headers);
  const guest = guestOf(operator, request);
  if (path === 'welcome') return json(200, welcome(guest));
  if (!('session' in guest)) return refused(guest);
  if (path === 'events') {
    const stream = live.open(guest.session);
    return stream ? streamAnswer(stream) : refusal(429, 'Too many pages are open.', { 'retry-after': '10' });
  }
  if (path === 'audit') return json(200, await source.audit((query.get('person') ?? '').slice(0, MAX_SEARCH)));
  return refusal(404, 'There is nothing here.');
}

async function post(operator: Operator, request: HttpRequest): Promise<HttpAnswer> {
  const { path, headers } = request;
  if (!isOwnOrigin(headers.origin, headers.host, operator.base)) return json(403, fault(NOT_OURS));
  if (!/^application\/json\s*(?:;|$)/.test(headers['content-type'] ?? '')) return refusal(415, 'Only JSON.');
  if (!Object.hasOwn(requests, path)) return refusal(404, 'There is nothing here.');
  try {
    const body = JSON.parse((await request.body()).toString());
    const read = <Path extends keyof Requests>(name: Path): Requests[Path] => requests[name].parse(body);
    const guest = guestOf(operator, request);
    if (path === 'sign-in') return signIn(operator, read('sign-in').token, request);
    if (!('session' in guest)) return refused(guest);
    if (path === 'sign-out') return signOut(operator, guest, request);
    return await act(operator, path as Wish, read(path as Wish), guest.session?.address ?? request.address);
  } catch (error) {
    if (error instanceof ControlError) return json(409, fault(error.message));
    if (error instanceof z.ZodError || error instanceof SyntaxError) return json(400, fault('That is not understood.'));
    throw error;
  }
}

async function act<Name extends Wish>(operator: Operator, name: Name, wish: Requests[Name], from: string): Promise<HttpAnswer> {
  const { source, clock, live } = operator;
  const hands = source.hands();
  if (!hands) return json(409, fault('This instance does nothing now, so nothing can be done with it here.'));
  const by: Actor = { name: 'The operator', id: from, via: 'web' };
  const said = await does(name, wish, by, hands, clock);
  live.stir();
  return json(200, { said } satisfies Answer);
}

function signIn({ sessions, log, base }: Operator, token: string, { address, headers }: HttpRequest): HttpAnswer {
  if (!sessions) return json(409, fault('There is no token to sign in with.'));
  const entered = sessions.enter(token, address);
  if (typeof entered !== 'string') {
    log.info({ address }, "somebody signed in on the operator's page");
    return json(200, {}, { 'set-cookie': cookie(entered.cookie, sessions.seconds, headers.host, base) });
  }
  if (entered === 'wait') return json(429, fault('That was tried too often. Wait a minute.'));
  log.warn({ address }, "somebody brought a wrong token to the operator's page");
  return json(401, fault('That is not the token.'));
}

function signOut({ sessions, live, base }: Operator, guest: Guest, { headers }: HttpRequest): HttpAnswer {
  const session = guest.cookie === undefined ? undefined : sessions?.end(guest.cookie);
  if (session) live.dismiss(session);
  return json(200, {}, { 'set-cookie': cookie('', 0, headers.host, base) });
}

/** Somebody who got in, or why not. */
function guestOf({ http, sessions }: Operator, request: HttpRequest): Guest | Stranger {
  const standing = standingOf(request, http);
  if (standing === 'here') return { session: undefined, cookie: undefined };
  if (standing !== 'token') return standing;
  const given = cookieIn(request.headers, COOKIE);
  const session = sessions?.of(given);
  return session ? { session, cookie: given } : { refused: undefined };
}

function welcome(guest: Guest | Stranger): Welcome {
  if ('session' in guest) return { entry: 'in', signedIn: guest.session !== undefined };
  return guest.refused === undefined ? { entry: 'token' } : { entry: 'refused', why: guest.refused };
}

function refused({ refused: why }: Stranger): HttpAnswer {
  return why === undefined ? json(401, fault('You are not signed in.')) : json(403, fault(why));
}

function cookie(value: string, seconds: number, host: string | undefined, base: string | undefined): string {
  const { pathname, protocol } = new URL(`${baseOf(host, base) ?? 'http://localhost'}${PREFIX}`);
  return setCookie(COOKIE, value, seconds, { path: pathname, secure: protocol === 'https:', sameSite: 'Strict' });
}

function fault(text: string): Answer {
  return { fault: text };
}
