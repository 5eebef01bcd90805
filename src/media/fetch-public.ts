/** Fetches what users name by an address, and never lets them reach what only this machine or its network can reach. */
import { lookup } from 'node:dns/promises';
import { type IncomingMessage, request } from 'node:http';
import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Clock } from '../clock.ts';
import { isPublicAddress } from '../http/public-address.ts';

/** How something is fetched. */
export interface FetchOptions {
  readonly maxBytes: number;
  /** Milliseconds for all of it, redirects included. */
  readonly timeout: number;
  /** The media types that are wanted: `image/png`, or `image/` for all pictures. */
  readonly types: readonly string[];
  readonly clock: Clock;
  readonly signal?: AbortSignal;
  /** The Internet by default. */
  readonly network?: Network;
}

/** The way out. */
export interface Network {
  /** The addresses of a name. */
  resolve(host: string): Promise<readonly string[]>;
  /** Connects to an address. */
  connect(address: string, port: number): Socket;
}

/** Something that was fetched whole. */
export interface Fetched {
  readonly bytes: Buffer;
  /** As the server says: in small letters, without parameters. */
  readonly type: string;
}

/** Something was not fetched. The message says why, to be read after a colon. */
class FetchError extends Error {
  override readonly name = 'FetchError';
}

/** So many redirects are followed. */
const MAX_REDIRECTS = 3;
/** So many of a name's addresses are tried. */
const MAX_ADDRESSES = 3;

const internet: Network = {
  resolve: async (host) => (await lookup(host, { all: true })).map(({ address }) => address),
  connect: (address, port) => connect({ host: address, port }),
};

/**
 * Fetches something whole. The name is resolved once, and the connection goes to the address that was looked at; every redirect is
 * looked at in the same way.
 * @throws {FetchError}
 */
export async function fetchPublic(url: string, options: FetchOptions): Promise<Fetched> {
  const { clock, timeout, signal } = options;
  const ending = new AbortController();
  const end = () => ending.abort(new FetchError('it was given up'));
  const cancel = clock.after(timeout, () => ending.abort(new FetchError('it took too long')));
  if (signal?.aborted) end();
  signal?.addEventListener('abort', end);
  try {
    return await unlessAborted(ending.signal, follow(url, options, ending.signal));
  } catch (error) {
    throw error instanceof FetchError ? error : new FetchError('there is no connection', { cause: error });
  } finally {
    // Whatever is still open ends with it.
    ending.abort();
    cancel();
    signal?.removeEventListener('abort', end);
  }
}

async function follow(start: string, options: FetchOptions, signal: AbortSignal): Promise<Fetched> {
  let url = parsed(start);
  for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
    const answer = await ask(url, options, signal);
    const { statusCode = 0, headers } = answer;
    if (statusCode === 200) return read(answer, options);
    answer.destroy();
    if (![301, 302, 303, 307, 308].includes(statusCode) || headers.location === undefined)
      throw new FetchError(`the server answers with status ${statusCode}`);
    const next = parsed(headers.location, url);
    if (url.protocol === 'https:' && next.protocol !== 'https:') throw new FetchError('it leads away from https');
    url = next;
  }
  throw new FetchError('it is redirected too often');
}

/** An address that may be asked, as far as its text tells. Other ports than the usual ones are nobody's pictures. */
function parsed(text: string, base?: URL): URL {
  const url = URL.canParse(text, base?.href) ? new URL(text, base) : undefined;
  if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:')) throw new FetchError('it is no web address');
  if (url.username !== '' || url.password !== '') throw new FetchError('it holds a user name');
  if (url.port !== '') throw new FetchError('it names a port');
  return url;
}

async function ask(url: URL, { types, network = internet }: FetchOptions, signal: AbortSignal): Promise<IncomingMessage> {
  const socket = await reach(url, network, signal);
  const headers = {
    accept: types.map((type) => (type.endsWith('/') ? `${type}*` : type)).join(', '),
    'accept-encoding': 'identity',
    'user-agent': 'crosschat-bridge',
    host: url.host,
  };
  return new Promise((resolve, reject) => {
    // With an agent, it would connect by itself.
    const asked = request({ createConnection: () => socket, path: url.pathname + url.search, headers });
    asked.once('response', resolve).on('error', reject).end();
  });
}

/** A connection to one of the addresses behind a name, all of which are looked at first. */
async function reach({ hostname, protocol }: URL, network: Network, signal: AbortSignal): Promise<Socket> {
  const host = hostname.replace(/^\[|\]$/g, '');
  const addresses = isIP(host) === 0 ? await network.resolve(host) : [host];
  const open = addresses.filter(isPublicAddress).slice(0, MAX_ADDRESSES);
  if (open.length === 0) throw new FetchError('it does not lead to the public Internet');
  let fault: unknown;
  for (const address of open) {
    signal.throwIfAborted();
    try {
      const socket = await connected(network.connect(address, protocol === 'https:' ? 443 : 80), 'connect', signal);
      if (protocol === 'http:') return socket;
      const servername = isIP(host) === 0 ? { servername: host } : {};
      return await connected(connectTls({ socket, ...servername }), 'secureConnect', signal);
    } catch (error) {
      fault = error;
    }
  }
  throw fault;
}

function connected<S extends Socket>(socket: S, event: 'connect' | 'secureConnect', signal: AbortSignal): Promise<S> {
  signal.addEventListener('abort', () => socket.destroy(), { once: true });
  return new Promise((resolve, reject) => {
    socket.once(event, () => resolve(socket));
    socket.on('error', reject).once('close', () => reject(new FetchError('the connection was closed')));
  });
}

async function read(answer: IncomingMessage, { maxBytes, types }: FetchOptions): Promise<Fetched> {
  const type = (answer.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  if (!types.some((wanted) => (wanted.endsWith('/') ? type.startsWith(wanted) : type === wanted)))
    throw new FetchError('it is of another type');
  if (Number(answer.headers['content-length'] ?? 0) > maxBytes) throw new FetchError('it is too large');
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) throw new FetchError('it is too large');
    chunks.push(chunk);
  }
  return { bytes: Buffer.concat(chunks), type };
}

/** What is still under way when it is aborted is left to itself. */
function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason));
    if (signal.aborted) reject(signal.reason);
    work.then(resolve, reject);
  });
}
