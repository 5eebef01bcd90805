/** Request bodies: JSON, or a form with `payload_json` and files. https://discord.com/developers/docs/reference#uploading-files */
import type { IncomingMessage } from 'node:http';
import { malformedBody, refusals } from './errors.ts';
import type { Call } from './router.ts';

/** What nobody takes in one request, in bytes. */
const LIMIT = 110 * 1024 * 1024;
const NO_BODY = { body: {}, uploads: [] };

/** @throws {ApiError} when it is too large or can't be read */
export async function readBody(request: IncomingMessage): Promise<Pick<Call, 'body' | 'uploads'>> {
  const bytes = await readAll(request);
  if (bytes.byteLength === 0) return NO_BODY;
  const type = request.headers['content-type'] ?? '';
  if (type.startsWith('application/json')) return { body: parseJson(bytes.toString('utf8')), uploads: [] };
  if (type.startsWith('multipart/form-data')) return readForm(bytes, type);
  throw malformedBody(`Expected "Content-Type" header to be one of {'application/json', 'multipart/form-data'}.`);
}

async function readAll(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.byteLength;
    if (size <= LIMIT) chunks.push(chunk);
  }
  if (size > LIMIT) throw refusals.tooLarge();
  return Buffer.concat(chunks);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw malformedBody('The request body contains invalid JSON.');
  }
}

async function readForm(bytes: Buffer, type: string): Promise<Pick<Call, 'body' | 'uploads'>> {
  const form = await new Response(new Uint8Array(bytes), { headers: { 'content-type': type } }).formData().catch(() => {
    throw malformedBody('The request body contains an invalid form.');
  });
  const payload = form.get('payload_json');
  const uploads = [];
  for (const [field, value] of form.entries()) {
    const index = /^files?\[?(\d*)\]?$/.exec(field)?.[1];
    if (index === undefined || typeof value === 'string') continue;
    const content = new Uint8Array(await value.arrayBuffer());
    uploads.push({ index, filename: value.name, contentType: value.type || 'application/octet-stream', content });
  }
  return { body: typeof payload === 'string' ? parseJson(payload) : {}, uploads };
}
