/** Files over HTTP: how they come from the page, and how they are read there. */
import { BodyError } from '../../../src/http/body.ts';
import { json } from '../../../src/http/json.ts';
import { isOwnOrigin } from '../../../src/http/origin.ts';
import type { HttpAnswer, HttpRequest } from '../../../src/http/route.ts';
import { refusal } from '../../../src/http/server.ts';
import type { Uploaded } from '../../../web/chat/wire.ts';
import type { WebChat } from '../chat.ts';
import type { Session } from '../sessions.ts';

/** Somebody sends a file: its bytes as they are, to the address that the ticket names. */
export async function receiveFile(chat: WebChat, session: Session | undefined, request: HttpRequest): Promise<HttpAnswer> {
  const { headers, path, stream } = request;
  const { host, base, uploads } = chat;
  if (!isOwnOrigin(headers.origin, headers.host, base)) return refusal(403, 'Only the page itself may do that.');
  // No form of another page can send that.
  if (headers['content-type'] !== 'application/octet-stream') return refusal(415, 'Only application/octet-stream.');
  if (!session) return told(401, { fault: 'You are not signed in any more.' });
  try {
    return told(200, await uploads.receive(session, path, stream()));
  } catch (error) {
    if (error instanceof BodyError) return told(error.status, { fault: error.message });
    host.log.error({ err: error }, 'A file that somebody sent on the web chat could not be kept.');
    return told(500, { fault: 'The bridge could not keep this file.' });
  }
}

/** A file by its id and its name, whose 100 characters take up to twelve each where they are written as percentages. */
const PATH = /^([\w.-]{1,100})\/([^/]{1,1200})$/;

/** Serves a file to somebody who is signed in. @param path `<id>/<name>` */
export async function readFile(chat: WebChat, path: string, request: HttpRequest): Promise<HttpAnswer> {
  const [, id, name] = PATH.exec(path) ?? [];
  if (id === undefined || name === undefined) return refusal(404, 'There is no such file.');
  const answer = await chat.host.media.serve(id, nameIn(name), request);
  const headers = { 'cache-control': 'private, max-age=3600', 'cross-origin-resource-policy': 'same-origin' };
  return answer.status < 300 ? { ...answer, headers: { ...answer.headers, ...headers } } : answer;
}

/** Whoever asks has chosen it. */
function nameIn(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return 'file';
  }
}

function told(status: number, answer: Uploaded): HttpAnswer {
  return json(status, answer);
}
