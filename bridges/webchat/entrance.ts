/** How people get in: with a nickname, or by signing in elsewhere. */
import { randomBytes } from 'node:crypto';
import { FloodLimiter } from '../../src/flood.ts';
import { networkOf } from '../../src/http/address-limit.ts';
import { cookieIn, setCookie } from '../../src/http/cookies.ts';
import { json } from '../../src/http/json.ts';
import { baseOf } from '../../src/http/origin.ts';
import type { HttpAnswer, HttpRequest } from '../../src/http/route.ts';
import { refusal } from '../../src/http/server.ts';
import { Recent } from '../../src/recent.ts';
import type { WebChat } from './chat.ts';
import { TAG } from './entry.ts';
import { SignInError } from './login/outgoing.ts';
import { JOURNEY_SECONDS, type Service } from './login/sign-in.ts';
import { nickname } from './nicknames.ts';
import { MAX_ENTRIES } from './room-log.ts';
import { admit, cookiePlace, PREFIX } from './session-cookie.ts';

const STATE = 'crosschat_sign_in';
/** So many guests are known by their address: one who is banned is not let in again under another name. */
const MAX_GUESTS = 1_000;
/** So often a minute one address may try to get in. */
const PER_MINUTE = 10;

/** The door of a web chat. */
export class Entrance {
  readonly #chat: WebChat;
  readonly #limit: FloodLimiter;
  readonly #guests = new Recent<string, string>(MAX_GUESTS);

  constructor(chat: WebChat) {
    this.#chat = chat;
    this.#limit = new FloodLimiter({ perMinute: PER_MINUTE, clock: chat.host.clock });
  }

  /** Somebody wants in with a nickname. */
  async guest(name: string, { headers, address }: HttpRequest): Promise<HttpAnswer> {
    const network = networkOf(address);
    if (!this.#chat.config.guests) return json(403, { fault: 'Guests are not let in here.' });
    if (this.#limit.allow(network) !== 'yes') return json(429, { fault: 'That was too often. Wait a minute.', wait: 60 });
    const bar = this.#barAt(network);
    if (bar !== undefined) return json(403, { fault: bar });
    const checked = nickname(name, namesIn(this.#chat));
    if ('fault' in checked) return json(200, checked);
    const author = { id: `guest:${randomBytes(9).toString('base64url')}`, name: checked.name };
    this.#guests.set(author.id, network);
    const cookie = await admit(this.#chat, { kind: 'guest', author }, headers.host);
    return cookie ? json(200, {}, cookie) : json(503, { fault: 'There is no room for another guest now.' });
  }

  /** Somebody is on the way out to sign in, or comes back. @param path `steam`, or `steam/return` */
  async visit(path: string, request: HttpRequest): Promise<HttpAnswer> {
    const [name = '', action, ...rest] = path.split('/');
    const service = this.#chat.signIn.services.find((one) => one === name);
    if (!service || rest.length > 0 || (action !== undefined && action !== 'return'))
      return refusal(404, 'There is nothing here.');
    if (this.#limit.allow(networkOf(request.address)) !== 'yes')
      return refusal(429, 'That was too often. Wait a minute.', { 'retry-after': '60' });
    return action === 'return' ? this.#back(service, request) : this.#out(service, request);
  }

  /** Why nobody is let in who comes from there: another guest from there is banned. */
  #barAt(network: string): string | undefined {
    for (const [guest, from] of this.#guests.entries()) {
      const bar = from === network ? this.#chat.host.whyBarred(guest) : undefined;
      if (bar !== undefined) return bar;
    }
    return undefined;
  }

  #out(service: Service, { headers }: HttpRequest): HttpAnswer {
    const base = baseOf(headers.host, this.#chat.base);
    const started = base === undefined ? undefined : this.#chat.signIn.start(service, `${base}${PREFIX}`);
    if (!started) return refusal(404, 'There is nothing here.');
    const cookie = setCookie(STATE, started.state, JOURNEY_SECONDS, cookiePlace(this.#chat, headers.host));
    return { status: 302, headers: { location: started.url, 'set-cookie': cookie }, body: '' };
  }

  async #back(service: Service, { headers, query }: HttpRequest): Promise<HttpAnswer> {
    const home = `${baseOf(headers.host, this.#chat.base) ?? ''}${PREFIX}`;
    try {
      const author = await this.#chat.signIn.finish(service, query, cookieIn(headers, STATE));
      const cookie = await admit(this.#chat, { kind: service, author }, headers.host);
      return { status: 303, headers: { location: home, ...cookie }, body: '' };
    } catch (error) {
      if (!(error instanceof SignInError)) throw error;
      const { log } = this.#chat.host;
      log.debug(
        { service, fault: error.cause instanceof Error ? error.cause.message : undefined },
        `A sign-in failed: ${error.message}`,
      );
      // The address is read by the page, as text.
      return { status: 303, headers: { location: `${home}#fault=${encodeURIComponent(error.message)}` }, body: '' };
    }
  }
}

/** The names of everybody who could be mistaken for a newcomer. */
function* namesIn({ sessions, host, logs }: WebChat): IterableIterator<string> {
  for (const { author } of sessions.all()) yield author.name;
  for (const { users } of host.chat.state.servers.values()) for (const { name } of users.values()) yield name;
  for (const log of logs.all) for (const { author, tag } of log.latest(MAX_ENTRIES)) if (author && tag !== TAG) yield author.name;
}
