/** Who may see what a bridge tells of itself: it names rooms and people's servers. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Config } from '../config.ts';
import { isPrivateAddress } from '../http/private-address.ts';
import type { HttpRequest } from '../http/route.ts';

/** What decides. */
export interface AccessOptions {
  /** What whoever asks has to bring, as `Authorization: Bearer <token>`. */
  readonly token: string | undefined;
  /** Whether the HTTP server is there for the whole Internet. */
  readonly isPublic: boolean;
}

/** What decides by the configuration. A server with a public address is there for the whole Internet. */
export function accessTo({ monitoringToken: token, publicUrl }: NonNullable<Config['http']>): AccessOptions {
  return { token, isPublic: publicUrl !== undefined };
}

/**
 * With a token, whoever brings it. Without one, whoever asks from this machine or this network; but nobody where the server is public:
 * behind a reverse proxy, everybody may seem to ask from this machine.
 */
export function mayAsk(
  { headers, address }: Pick<HttpRequest, 'headers' | 'address'>,
  { token, isPublic }: AccessOptions,
): boolean {
  if (token === undefined) return !isPublic && isPrivateAddress(address);
  const [, given] = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '') ?? [];
  return given !== undefined && timingSafeEqual(digest(given), digest(token));
}

/** Of one length, and so comparable in constant time. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
