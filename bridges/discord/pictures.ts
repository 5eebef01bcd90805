/** The pictures beside messages. */
import { createHash } from 'node:crypto';

/** Discord's own pictures for those who have none. https://discord.com/developers/docs/reference#image-formatting */
const defaultPictures = 6;
const maxAddress = 2_048;

/** Addresses that lead nowhere, or into a network of one's own, where Discord can't fetch anything. https://www.rfc-editor.org/rfc/rfc6890 */
const privateHost =
  /^(?:0|10|127|169\.254|172\.(?:1[6-9]|2\d|3[01])|192\.168|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7]))\.|^\[|^[^.]*$|\.(?:local|localhost|internal|home\.arpa)$/i;

/** A picture's address that Discord takes and can fetch: http(s), public, without credentials, of bounded length. */
export function isPicture(address: string): boolean {
  if (address.length > maxAddress || !/^https?:\/\//i.test(address) || !URL.canParse(address)) return false;
  const { hostname, username, password } = new URL(address);
  return username === '' && password === '' && !privateHost.test(hostname);
}

/** One of Discord's default pictures, always the same for the same key. */
export function defaultPicture(key: string): string {
  const number = createHash('sha256').update(key).digest().readUInt32BE() % defaultPictures;
  return `https://cdn.discordapp.com/embed/avatars/${number}.png`;
}
