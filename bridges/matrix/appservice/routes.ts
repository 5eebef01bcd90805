/** Where the homeserver reaches us. https://spec.matrix.org/v1.13/application-service-api/#homeserver---application-service-api */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { HttpAnswer, HttpRequest, Route } from '../../../src/adapter.ts';
import { percentDecoded } from '../../../src/text/percent.ts';
import { parseJson } from '../json.ts';
import { NotTaken, readTransaction, type Transaction } from './incoming.ts';

/** What is done with what the homeserver asks. */
export interface Service {
  /** Resolves when all of it is taken. @throws {NotTaken} */
  transaction(id: string, transaction: Transaction): Promise<void>;
  /** Whether there is such a user now: it may have been made because of the question. */
  user(userId: string): Promise<boolean>;
  /** Whether there is such a room now: it may have been made because of the question. */
  alias(alias: string): Promise<boolean>;
  /** What is known of other networks' users and places; undefined for a question that makes no sense. */
  thirdParty(path: readonly string[], query: URLSearchParams): object | undefined;
}

/** The longest transaction that is read: a hundred events of 64 KiB each, with what they replace, twice as long when written as JSON. */
const maxBody = 64 * 1024 * 1024;

/**
 * @param url the address that the homeserver has been given: routes are below its path
 * @param hsToken what the homeserver shows to be let in
 */
export function appserviceRoute(url: string, hsToken: string, service: Service): Route {
  const prefix = `${new URL(url).pathname.replace(/\/$/, '')}/_matrix/app/v1/`;
  const expected = digest(hsToken);
  return {
    prefix,
    methods: ['GET', 'POST', 'PUT'],
    maxBody,
    unlimited: true,
    async answer(request) {
      // Whoever is not the homeserver is not read any further.
      if (!timingSafeEqual(digest(tokenIn(request)), expected))
        return refusal(403, 'M_FORBIDDEN', 'This token is not the right one.');
      try {
        return await answer(request, service);
      } catch (fault) {
        if (fault instanceof NotTaken) return refusal(503, 'M_UNKNOWN', 'Not everything could be taken. Send it again.');
        throw fault;
      }
    },
  };
}

async function answer(request: HttpRequest, service: Service): Promise<HttpAnswer> {
  const { method, path, query } = request;
  const [what = '', ...more] = path.split('/').map(percentDecoded);
  const [id = ''] = more;
  switch (`${method} ${what}`) {
    case 'PUT transactions': {
      const transaction = readTransaction(parseJson((await request.body()).toString()));
      if (!transaction) return refusal(400, 'M_BAD_JSON', 'This is no transaction.');
      await service.transaction(id, transaction);
      return ok();
    }
    case 'POST ping':
      await request.body();
      return ok();
    case 'GET users':
      return (await service.user(id)) ? ok() : refusal(404, 'M_NOT_FOUND', 'There is no such user.');
    case 'GET rooms':
      return (await service.alias(id)) ? ok() : refusal(404, 'M_NOT_FOUND', 'There is no such room.');
    case 'GET thirdparty': {
      const found = service.thirdParty(more, query);
      return found ? ok(found) : refusal(404, 'M_NOT_FOUND', 'Nothing is known of that.');
    }
    default:
      return refusal(404, 'M_UNRECOGNIZED', 'There is nothing here.');
  }
}

/** Older homeservers put it into the address. */
function tokenIn({ headers, query }: HttpRequest): string {
  return /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1] ?? query.get('access_token') ?? '';
}

/** Digests are of one length: how long a comparison takes tells nothing. */
function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

function ok(body: object = {}): HttpAnswer {
  return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

function refusal(status: number, errcode: string, error: string): HttpAnswer {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ errcode, error }) };
}
