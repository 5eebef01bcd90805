/** Who gets to the operator's page. It acts, so it is stricter than what only tells. */
import type { Config } from '../config.ts';
import { isLoopbackHost } from '../http/origin.ts';
import { isLoopbackAddress } from '../http/private-address.ts';
import type { HttpRequest } from '../http/route.ts';

/** What decides by the configuration. */
export type AccessOptions = Pick<NonNullable<Config['http']>, 'operatorToken' | 'publicUrl'>;

/** How somebody stands: `here`, at this machine; `token`, they have to bring it; or why they are refused, in sentences. */
export type Standing = 'here' | 'token' | { readonly refused: string };

/** What a reverse proxy adds: then whoever asks sits elsewhere, whatever address it asks from. */
const OF_PROXIES = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip'];

const WHAT_TO_DO =
  'Set HTTP_OPERATOR_TOKEN, or http.operator_token in the configuration, to what "openssl rand -hex 24" prints, and start the bridge again. This page then asks for it.';

/**
 * With a token, whoever brings it. Without one, whoever sits at this machine and asks for it by an address that nobody can point
 * elsewhere (DNS rebinding); but nobody where the bridge has a public address.
 */
export function standingOf(
  { headers, httpVersion, address }: Pick<HttpRequest, 'headers' | 'httpVersion' | 'address'>,
  { operatorToken, publicUrl }: AccessOptions,
): Standing {
  if (operatorToken !== undefined) return 'token';
  if (publicUrl !== undefined)
    return {
      refused: `This bridge has a public address (PUBLIC_URL), so the page opens for nobody without a token. ${WHAT_TO_DO}`,
    };
  // An nginx that is told only where to hand on to adds nothing and names us as the host, but speaks 1.0, which no browser does:
  // https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_http_version
  const isProxied = httpVersion === '1.0' || OF_PROXIES.some((name) => headers[name] !== undefined);
  if (!isProxied && isLoopbackAddress(address) && isLoopbackHost(headers.host)) return 'here';
  return {
    refused: `Without a token, this page opens only in a browser on the machine that the bridge runs on, by 127.0.0.1 or localhost. ${WHAT_TO_DO}`,
  };
}
