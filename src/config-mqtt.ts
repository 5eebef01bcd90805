/** The key `mqtt` of the configuration: where the broker is, and how to be let in. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { fileFault } from './config-files.ts';
import { oneOrMore, text } from './config-values.ts';
import type { CrossChatOptions } from './crosschat/index.ts';
import { defined } from './defined.ts';
import { percentDecoded } from './text/percent.ts';

const flag = z.boolean('must be true or false');
const port = z.int('must be a whole number').min(1, 'must be from 1 to 65535').max(65_535, 'must be from 1 to 65535');
/** One address of a broker. */
export const brokerUrl = z
  .string('must be an address like mqtts://broker.example:8883')
  .refine(isBrokerUrl, 'must be an address like mqtts://broker.example:8883 (mqtt, mqtts, ws or wss)');

/** The key `mqtt.tls`. Files are named as the reference names them, in either of its two ways. */
const tls = z.strictObject({
  verify: flag.optional().meta({ description: "whether the broker's certificate is verified", absent: '`true`' }),
  ca_file: text.optional().meta({
    description: "the certificates of those who may vouch for the broker's, a PEM file",
    absent: 'those that Node brings',
  }),
  cert_file: text.optional().describe('a certificate to show to the broker, a PEM file'),
  key_file: text.optional().describe('the key of that certificate, a PEM file'),
  key_file_password: text.optional().describe('the password of that key'),
  ciphers: text
    .optional()
    .meta({ description: 'the ciphers that may be used, as OpenSSL lists them', absent: "Node's own choice" }),
  ca_certs: text.optional().describe("the reference's name for `ca_file`"),
  certfile: text.optional().describe("the reference's name for `cert_file`"),
  keyfile: text.optional().describe("the reference's name for `key_file`"),
  keyfile_password: text.optional().describe("the reference's name for `key_file_password`"),
});

/** The key `mqtt`. */
export const mqtt = z.strictObject({
  url: oneOrMore(brokerUrl).optional().meta({
    description: 'address or list of addresses, which are tried in turn: `mqtt://`, `mqtts://`, `ws://`, `wss://`',
    absent: 'none: an embedded broker (MQTT 3.1.1, this machine only)',
  }),
  host: text.optional().describe("the reference's way to say the same"),
  port: port.optional().meta({ description: 'stands beside `mqtt.host`', absent: '`1883`, with TLS `8883`' }),
  username: text.optional().describe('the user at the broker; may also stand in the address'),
  password: text.optional().describe('the password of that user: both or neither'),
  allow_anonymous: flag.optional().meta({ description: 'connect without a user name', absent: '`false`' }),
  allow_insecure_transport: flag
    .optional()
    .meta({ description: 'send the password without TLS to another machine', absent: '`false`' }),
  tls: z
    .union([flag, tls], 'must be true, false, or a map of TLS settings (ca_file, cert_file, key_file, verify …)')
    .optional()
    .meta({ description: '`true`, `false`, or a map of the keys below', absent: 'from the address' }),
  tls_insecure: flag.optional().meta({
    description: "don't verify the broker's certificate (the reference's name for `tls.verify: false`)",
    absent: '`false`',
  }),
  protocol: z
    .union([z.literal(5), z.literal('3.1.1'), z.literal('auto')], 'must be 5, "3.1.1" or "auto"')
    .optional()
    .meta({ description: '`5`, `"3.1.1"`, or `auto`: 5, and 3.1.1 where the broker refuses it', absent: '`auto`' }),
  keepalive: z
    .int('must be a whole number of seconds')
    .min(1, 'must be at least 1 second')
    .max(3_600, 'must be at most 3600 seconds')
    .optional()
    .meta({ description: 'after how many seconds of silence the broker is asked whether it is there', absent: '`4`' }),
});

type Mqtt = z.infer<typeof mqtt>;
type Tls = z.infer<typeof tls>;

/**
 * How to connect. Without an address, `urls` is empty.
 * @param nameOf what the operator calls the value at a path: a variable's name, or the path itself
 * @param problems takes a sentence for each thing that is wrong
 */
export function mqttOptions(
  given: Mqtt,
  nameOf: (path: string) => string,
  problems: string[],
): Omit<CrossChatOptions, 'serverId'> {
  const addresses = addressesOf(given, problems).map((address) => new URL(address));
  const [inAddress, ...others] = addresses.map((url) => ({
    username: percentDecoded(url.username),
    password: percentDecoded(url.password),
  }));
  if (others.some(({ username, password }) => username !== inAddress?.username || password !== inAddress.password))
    problems.push(`${nameOf('mqtt.url')}: all addresses need the same user name and password.`);
  const open = addresses.find(({ protocol }) => protocol === 'mqtt:' || protocol === 'ws:');
  const files = typeof given.tls === 'object' ? given.tls : {};
  const asked = given.tls === true ? 'mqtt.tls' : Object.keys(files).map((key) => `mqtt.tls.${key}`)[0];
  if (open && asked)
    problems.push(`${nameOf(asked)}: is of no use without TLS; begin the address of ${open.host} with mqtts:// (or wss://).`);
  for (const url of addresses) url.username = url.password = '';
  return {
    urls: addresses.map(({ href }) => href),
    ...defined({
      username: given.username ?? (inAddress?.username || undefined),
      password: given.password ?? (inAddress?.password || undefined),
      allowAnonymous: given.allow_anonymous,
      allowInsecureTransport: given.allow_insecure_transport,
      keepalive: given.keepalive,
      protocolVersion: given.protocol === '3.1.1' ? 4 : given.protocol,
    }),
    tls: tlsOptions(files, given.tls_insecure, nameOf, problems),
  };
}

function addressesOf({ url, host, port, tls }: Mqtt, problems: string[]): string[] {
  if (url && (host || port)) problems.push('mqtt: give either url or host (with port), not both.');
  if (url) return url;
  if (!host) {
    if (port) problems.push('mqtt.port: stands without mqtt.host.');
    return [];
  }
  const address = `${tls ? 'mqtts' : 'mqtt'}://${host.includes(':') ? `[${host}]` : host}:${port ?? (tls ? 8883 : 1883)}`;
  if (isBrokerUrl(address)) return [address];
  problems.push('mqtt.host: must be a host name or an IP address alone; a whole address is given as mqtt.url.');
  return [];
}

function tlsOptions(
  files: Tls,
  insecure: boolean | undefined,
  nameOf: (path: string) => string,
  problems: string[],
): NonNullable<CrossChatOptions['tls']> {
  const pem = (key: keyof Tls, other: keyof Tls) => {
    const [name, path] = files[key] ? [key, files[key]] : [other, files[other]];
    if (typeof path !== 'string') return undefined;
    try {
      return readFileSync(path);
    } catch (error) {
      problems.push(fileFault(nameOf(`mqtt.tls.${name}`), path, error));
      return undefined;
    }
  };
  return defined({
    ca: pem('ca_file', 'ca_certs'),
    cert: pem('cert_file', 'certfile'),
    key: pem('key_file', 'keyfile'),
    passphrase: files.key_file_password ?? files.keyfile_password,
    ciphers: files.ciphers,
    verify: insecure ? false : files.verify,
  });
}

function isBrokerUrl(address: string): boolean {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  return url !== undefined && ['mqtt:', 'mqtts:', 'ws:', 'wss:'].includes(url.protocol) && url.hostname !== '';
}
