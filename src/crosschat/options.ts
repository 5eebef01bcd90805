import type { Clock } from './clock.ts';
import { CrossChatConfigError } from './errors.ts';
import type { Log } from './log.ts';
import type { Persistence } from './persistence.ts';
import type { Dialect } from './server.ts';
import { isServerId } from './topics.ts';

/** How to trust the broker, and how to be trusted. Used with `mqtts://` and `wss://` addresses. */
export interface TlsOptions {
  /** PEM of the authority that signed the broker's certificate; the system's own list unless given. */
  readonly ca?: string | Buffer;
  /** PEM of our own certificate, for brokers that ask for one. */
  readonly cert?: string | Buffer;
  /** PEM of the key of {@link cert}. */
  readonly key?: string | Buffer;
  /** Of {@link key}. */
  readonly passphrase?: string;
  /** An OpenSSL cipher list. */
  readonly ciphers?: string;
  /** False accepts any certificate. True unless given. */
  readonly verify?: boolean;
}

/** How a {@link CrossChat} is made. */
export interface CrossChatOptions {
  /** Our id on the network, and our MQTT client id: 1 to 64 characters, no `/`, `+`, `#`, no control character. */
  readonly serverId: string;
  /** Addresses of the broker: `mqtt://`, `mqtts://`, `ws://` or `wss://`, tried in this order. No user name or password in them. */
  readonly urls: readonly string[];
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly tls?: TlsOptions | undefined;
  /** Connect without user name and password. */
  readonly allowAnonymous?: boolean;
  /** Send user name and password without TLS to another machine. */
  readonly allowInsecureTransport?: boolean;
  /** `crosschat/` unless given. */
  readonly topicPrefix?: string;
  /** What we tell about ourselves, published at each connect. */
  readonly meta?: Record<string, unknown>;
  /** Server ids that are never seen, heard or written to: the other virtual servers of the same program. */
  readonly ignore?: readonly string[];
  /** Whether a server is believed when it tells who its users are on Steam; every one unless given. */
  readonly believes?: (serverId: string) => boolean;
  /** Which words users are announced with: each peer's own (`auto`), the README's `add`, or `join`. `auto` unless given. */
  readonly dialect?: 'auto' | Dialect;
  /** `auto`, unless given: MQTT 5, and 3.1.1 (called 4 on the wire) where the broker refuses it. */
  readonly protocolVersion?: 'auto' | 5 | 4;
  /** Seconds; 4 unless given. */
  readonly keepalive?: number;
  /**
   * Where to keep what a killed process leaves unfinished. Without it, the broker forgets us with the connection, and whatever was
   * on its way then is lost.
   */
  readonly persistence?: Persistence;
  /**
   * The session that the broker may hold for our server id is ours, even though nothing is known of it: another process had our
   * place, and is gone. What waits there comes to us. Without it, the broker is told to forget such a session.
   */
  readonly inherits?: boolean;
  readonly log?: Log;
  readonly clock?: Clock;
  /** From 0 to below 1; `Math.random` unless given. */
  readonly random?: () => number;
}

const PROTOCOLS = new Set(['mqtt:', 'mqtts:', 'ws:', 'wss:']);

/**
 * The broker's addresses, if all options make sense together and are safe, or unsafe in words.
 * @throws {CrossChatConfigError} with a sentence that names the option
 */
export function checkedUrls(options: CrossChatOptions): URL[] {
  if (!isServerId(options.serverId)) {
    throw new CrossChatConfigError(
      'server_id has to have 1 to 64 characters, none of them "/", "+", "#" or a control character, because it stands in MQTT topics.',
    );
  }
  checkPrefix(options.topicPrefix);
  if (options.urls.length === 0) throw new CrossChatConfigError('There is no address of an MQTT broker.');
  const urls = options.urls.map(parseUrl);
  checkSafety(options, urls);
  return urls;
}

function checkPrefix(prefix = 'crosschat/'): void {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it is about
  if (/[+#\u0000-\u001f\u007f-\u009f]/.test(prefix) || prefix.startsWith('$')) {
    throw new CrossChatConfigError('topic_prefix must not hold "+", "#" or a control character, nor begin with "$".');
  }
}

function parseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !PROTOCOLS.has(url.protocol) || url.hostname === '') {
    throw new CrossChatConfigError(
      'The address of an MQTT broker looks like mqtt://host:1883, mqtts://host:8883, ws://… or wss://….',
    );
  }
  if (url.username !== '' || url.password !== '') {
    throw new CrossChatConfigError(
      `The address of the MQTT broker ${url.host} holds a user name or password: give them as mqtt.username and mqtt.password.`,
    );
  }
  return url;
}

/** The safety rule of the reference implementation: nothing unsafe, unless the configuration says so in words. */
function checkSafety(options: CrossChatOptions, urls: readonly URL[]): void {
  const { username = '', password = '' } = options;
  if ((username === '') !== (password === '')) {
    throw new CrossChatConfigError('mqtt.username and mqtt.password have to be given together.');
  }
  if (username === '' && options.allowAnonymous !== true) {
    throw new CrossChatConfigError(
      'There is no mqtt.username and mqtt.password. To connect without them, set mqtt.allow_anonymous to true.',
    );
  }
  const open = urls.find((url) => !isEncrypted(url) && !isLoopback(url));
  if (username !== '' && open !== undefined && options.allowInsecureTransport !== true) {
    throw new CrossChatConfigError(
      `The password would travel to ${open.host} unencrypted. Use mqtts:// or wss://, or set mqtt.allow_insecure_transport to true.`,
    );
  }
}

/** Whether the address asks for TLS. */
export function isEncrypted(url: URL): boolean {
  return url.protocol === 'mqtts:' || url.protocol === 'wss:';
}

/** Whether the address is of this machine itself. */
function isLoopback({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}
