/** Topics, taken apart and put together. Everything here stands behind the topic prefix. */
import { MAX_KEY, MAX_SERVER_ID } from './limits.ts';
import { no, ok, type Result } from './result.ts';

/** A topic that the protocol knows. `m/<from>/<to>/…` has lost its receiver: that is us. */
export type Topic =
  | { readonly kind: 'status' | 'meta'; readonly server: string }
  | { readonly kind: 'state'; readonly server: string; readonly key: string }
  | { readonly kind: 'user'; readonly server: string }
  | { readonly kind: 'say'; readonly server: string; readonly userId: number }
  | { readonly kind: 'pm'; readonly server: string; readonly fromUserId: number | undefined; readonly toUserId: number }
  | { readonly kind: 'ooc'; readonly server: string; readonly type: string }
  | { readonly kind: 'endpoint'; readonly server: string; readonly name: string };

/** A level of a topic that is no wildcard and holds no control character. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it is about
const LEVEL = /^[^/+#\u0000-\u001f\u007f-\u009f]+$/;
const USER_ID = /^\d{1,15}$/;

/** Whether a text can be a server's id: 1 to 64 characters, no `/`, `+`, `#`, no control character. */
export function isServerId(id: string): boolean {
  return id.length <= MAX_SERVER_ID && LEVEL.test(id);
}

/** Whether a text can be a state's key or an OOC type. */
export function isKey(key: string): boolean {
  return key.length <= MAX_KEY && LEVEL.test(key);
}

/** A user's id from its digits. */
function parseUserId(digits: string | undefined): number | undefined {
  return digits !== undefined && USER_ID.test(digits) ? Number(digits) : undefined;
}

/** Takes a topic apart. `ownId` is the server for which `m/…` has to be. */
export function parseTopic(topic: string, prefix: string, ownId: string): Result<Topic> {
  if (!topic.startsWith(prefix)) return no('it is outside the topic prefix');
  const levels = topic.slice(prefix.length).split('/');
  const server = levels[1];
  if (server === undefined || !isServerId(server)) return no('it names no valid server id');
  if (levels[0] === 'state') return parseState(server, levels);
  if (levels[0] !== 'm') return no('it begins with neither state nor m');
  if (levels[2] !== ownId) return no('it is for another server');
  return parseMessage(server, levels);
}

function parseState(server: string, levels: readonly string[]): Result<Topic> {
  const key = levels[2];
  if (levels.length !== 3 || key === undefined) return no('a state topic has three levels');
  if (key === 'status' || key === 'meta') return ok({ kind: key, server });
  return isKey(key) ? ok({ kind: 'state', server, key }) : no('it names no valid state key');
}

function parseMessage(server: string, levels: readonly string[]): Result<Topic> {
  const [, , , endpoint, first, second] = levels;
  const depth = levels.length;
  if (endpoint === 'say' && depth === 5) {
    const userId = parseUserId(first);
    return userId === undefined ? no('its user id is no number') : ok({ kind: 'say', server, userId });
  }
  if (endpoint === 'user' && depth === 4) return ok({ kind: 'user', server });
  if (endpoint === 'pm' && depth === 6) {
    const toUserId = parseUserId(second);
    if (toUserId === undefined) return no('its receiver is no number');
    return ok({ kind: 'pm', server, fromUserId: parseUserId(first), toUserId });
  }
  if (endpoint === 'ooc' && depth === 5 && first !== undefined) {
    return isKey(first) ? ok({ kind: 'ooc', server, type: first }) : no('its OOC type is not valid');
  }
  if (endpoint === 'say' || endpoint === 'user' || endpoint === 'pm' || endpoint === 'ooc') {
    return no(`${endpoint} has another number of levels`);
  }
  return ok({ kind: 'endpoint', server, name: endpoint ?? '' });
}

/** The server that hears a topic of ours, if it is for something said there: what is not said again is lost. */
export function addressee(topic: string, prefix: string): string | undefined {
  const [kind, , to, endpoint] = topic.slice(prefix.length).split('/');
  return kind === 'm' && (endpoint === 'say' || endpoint === 'pm' || endpoint === 'ooc') ? to : undefined;
}
