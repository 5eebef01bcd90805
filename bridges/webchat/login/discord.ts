/** Sign-in with Discord: OAuth 2, with PKCE. https://discord.com/developers/docs/topics/oauth2 and https://www.rfc-editor.org/rfc/rfc7636 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Clock } from '../../../src/clock.ts';
import type { Author } from '../../../src/event.ts';
import { ask, readJson, SignInError } from './outgoing.ts';

/** Where Discord answers. */
export interface DiscordEndpoints {
  readonly authorize: string;
  readonly api: string;
}

export const DISCORD: DiscordEndpoints = {
  authorize: 'https://discord.com/oauth2/authorize',
  api: 'https://discord.com/api/v10',
};

const grant = z.object({ access_token: z.string().regex(/^[\x21-\x7e]+$/), scope: z.string() });
const account = z.object({
  id: z.string().regex(/^\d{15,21}$/),
  username: z.string(),
  global_name: z.string().nullish(),
  avatar: z
    .string()
    .regex(/^\w{1,64}$/)
    .nullish(),
});

/** The operator's application. */
export interface DiscordApplication {
  readonly client_id: string;
  readonly client_secret: string;
}

/** Signs people in with Discord. */
export class DiscordSignIn {
  readonly #application: DiscordApplication;
  readonly #clock: Clock;
  readonly #endpoints: DiscordEndpoints;

  constructor(application: DiscordApplication, clock: Clock, endpoints: DiscordEndpoints) {
    this.#application = application;
    this.#clock = clock;
    this.#endpoints = endpoints;
  }

  /** Where somebody is sent to sign in. @param verifier a secret of this one sign-in */
  start(returnTo: string, state: string, verifier: string): string {
    const url = new URL(this.#endpoints.authorize);
    const asked = {
      response_type: 'code',
      client_id: this.#application.client_id,
      scope: 'identify',
      redirect_uri: returnTo,
      state,
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
    };
    for (const [key, value] of Object.entries(asked)) url.searchParams.set(key, value);
    return url.href;
  }

  /** Who came back. @throws {SignInError} when it is not certain who that is */
  async finish(answer: URLSearchParams, returnTo: string, verifier: string): Promise<Author> {
    const code = answer.get('code') ?? '';
    if (!/^[\w-]{1,200}$/.test(code)) throw new SignInError('You did not sign in with Discord.');
    const { client_id, client_secret } = this.#application;
    const { access_token } = readJson(
      'Discord',
      await ask('Discord', this.#clock, `${this.#endpoints.api}/oauth2/token`, {
        method: 'POST',
        body: new URLSearchParams({
          grant_type: 'authorization_code',
          code,
          redirect_uri: returnTo,
          client_id,
          client_secret,
          code_verifier: verifier,
        }),
      }),
      grant,
    );
    const headers = { authorization: `Bearer ${access_token}`, accept: 'application/json' };
    const text = await ask('Discord', this.#clock, `${this.#endpoints.api}/users/@me`, { headers });
    const { id, username, global_name: name, avatar } = readJson('Discord', text, account);
    return {
      id: `discord:${id}`,
      name: name || username,
      ...(avatar && { avatar: `https://cdn.discordapp.com/avatars/${id}/${avatar}.png` }),
    };
  }
}
