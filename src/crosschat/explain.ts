import type { RefusedError } from './errors.ts';

/** CONNACK codes of MQTT 3.1.1 and reason codes of MQTT 5, in words. The broker … */
const CODES: ReadonlyMap<number, string> = new Map([
  [1, 'does not speak this version of MQTT'],
  [2, 'refuses our server id as client id'],
  [3, 'is not available'],
  [4, 'refuses the user name or password: check mqtt.username and mqtt.password'],
  [5, 'does not let us in: check mqtt.username and mqtt.password, and its access rules'],
  [0x84, 'does not speak this version of MQTT'],
  [0x85, 'refuses our server id as client id'],
  [0x86, 'refuses the user name or password: check mqtt.username and mqtt.password'],
  [0x87, 'does not let us in: check mqtt.username and mqtt.password, and its access rules'],
  [0x88, 'is not available'],
  [0x89, 'is busy'],
  [0x8a, 'has banned us'],
  [0x8c, 'wants another way to authenticate'],
  [0x9f, 'says that we connect too often'],
]);

/** Errors of sockets and TLS by their code, in words. The broker … */
const SOCKET: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'is not listening'],
  ['ECONNRESET', 'closed the connection'],
  ['EPIPE', 'closed the connection'],
  ['ENOTFOUND', 'has a host name that does not exist'],
  ['EAI_AGAIN', 'has a host name that could not be looked up just now'],
  ['ETIMEDOUT', 'does not answer'],
  ['EHOSTUNREACH', 'can not be reached'],
  ['ENETUNREACH', 'can not be reached'],
  ['CERT_HAS_EXPIRED', 'has an expired TLS certificate'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'has a TLS certificate that nobody vouches for: give the authority as mqtt.tls.ca_file'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'has a TLS certificate of an unknown authority: give the authority as mqtt.tls.ca_file'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'has a TLS certificate of an unknown authority: give the authority as mqtt.tls.ca_file'],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'has a TLS certificate of an unknown authority: give the authority as mqtt.tls.ca_file'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'has a TLS certificate for another host name'],
]);

/** How mqtt-packet begins its complaints about bytes that are no MQTT. */
const NO_MQTT = /^(Invalid|Malformed|Cannot parse|Not supported)/i;

/** A sentence for the operator about why the broker at `host` does not serve us. */
export function explain(host: string, error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const known = typeof code === 'number' ? CODES.get(code) : typeof code === 'string' ? SOCKET.get(code) : undefined;
  if (known !== undefined) return `The MQTT broker ${host} ${known}.`;
  const words = error instanceof Error && error.message !== '' ? error.message : String(code ?? error);
  // Our own errors have the broker as their subject.
  if (words.startsWith('it ')) return `The MQTT broker ${host} ${words.slice(3)}.`;
  if (NO_MQTT.test(words))
    return `What answers at ${host} does not speak MQTT: check host and port (with TLS it is usually 8883).`;
  return `The MQTT broker ${host} can't be used: ${words}${words.endsWith('.') ? '' : '.'}`;
}

/** A sentence for the operator about a packet that the broker refused. */
export function explainRefusal(host: string, ownId: string, topic: string, error: RefusedError): string {
  const what = topic.includes(`state/${ownId}/`) ? `state/${ownId}/#` : `m/${ownId}/+/#`;
  if (error.code === 0x87) return `The MQTT broker ${host} does not let ${ownId} write to ${what}: check its access rules.`;
  return `The MQTT broker ${host} refuses packets on ${what}: ${error.message}`;
}
