/** Signing in with Steam and Discord, with stand-ins of both. */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import type { Endpoints } from '../../../bridges/webchat/login/sign-in.ts';
import { startSite, Visitor } from './visitor.ts';

const STEAM_ID = '76561198000000001';
const API_KEY = 'KEYKEYKEY';
const APPLICATION = { client_id: '123456789012345678', client_secret: 'secret-of-the-application' };

/** Steam and Discord in one server. */
interface Services {
  readonly endpoints: Endpoints;
  readonly asked: { path: string; body: URLSearchParams; headers: IncomingMessage['headers'] }[];
  /** Whether Steam stands by what it said. */
  isValid: boolean;
  /** What Discord was told when somebody went there. */
  challenge: string;
}

async function startServices(): Promise<Services> {
  const services = { asked: [] as Services['asked'], isValid: true, challenge: '' };
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const path = (request.url ?? '').replace(/\?.*/, '');
    const body = new URLSearchParams(Buffer.concat(chunks).toString());
    services.asked.push({ path, body, headers: request.headers });
    const json = (value: unknown) => response.setHeader('content-type', 'application/json').end(JSON.stringify(value));
    if (path === '/openid/login') response.end(`ns:http://specs.openid.net/auth/2.0\nis_valid:${services.isValid}\n`);
    else if (path.startsWith('/ISteamUser/') && request.headers['x-webapi-key'] === API_KEY)
      json({
        response: {
          players: [
            {
              steamid: STEAM_ID,
              personaname: 'Gabe\u202e',
              avatarfull: `https://avatars.steamstatic.com/${'a'.repeat(40)}_full.jpg`,
            },
          ],
        },
      });
    else if (path === '/api/oauth2/token') {
      const verifier = createHash('sha256')
        .update(body.get('code_verifier') ?? '')
        .digest('base64url');
      const isSound = body.get('code') === 'the-code' && body.get('client_secret') === APPLICATION.client_secret;
      if (!isSound || verifier !== services.challenge) response.writeHead(400).end();
      else json({ access_token: 'token-of-discord', token_type: 'Bearer', scope: 'identify' });
    } else if (path === '/api/users/@me' && request.headers.authorization === 'Bearer token-of-discord')
      json({ id: '223456789012345678', username: 'alice', global_name: 'Alice', avatar: 'abc' });
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return Object.assign(services, {
    endpoints: {
      steam: { openid: `${url}/openid/login`, api: url },
      discord: { authorize: `${url}/authorize`, api: `${url}/api` },
    },
  });
}

async function stage() {
  const services = await startServices();
  const config = { steam: { api_key: API_KEY }, discord: APPLICATION, moderators: [`steam:${STEAM_ID}`] };
  const site = await startSite({ config, extras: { endpoints: services.endpoints } });
  return { services, site };
}

/** Goes out to a service, and tells where that was. */
async function goOut(visitor: Visitor, service: string): Promise<URL> {
  const answer = await visitor.fetch(`login/${service}`);
  expect(answer.status).toBe(302);
  return new URL(answer.headers.get('location') ?? '');
}

/** What Steam sends somebody back with. */
function steamAnswer(out: URL, changes: Record<string, string> = {}): string {
  const returnTo = out.searchParams.get('openid.return_to') ?? '';
  const id = `https://steamcommunity.com/openid/id/${STEAM_ID}`;
  const nonce = `${new Date().toISOString().slice(0, 19)}Z${Math.random()}`;
  const fields = {
    ns: 'http://specs.openid.net/auth/2.0',
    mode: 'id_res',
    op_endpoint: `${out.origin}${out.pathname}`,
    claimed_id: id,
    identity: id,
    return_to: returnTo,
    response_nonce: nonce,
    assoc_handle: '1234567890',
    signed: 'signed,op_endpoint,claimed_id,identity,return_to,response_nonce,assoc_handle',
    sig: 'c2lnbmF0dXJl',
    ...changes,
  };
  const query = new URLSearchParams(new URL(returnTo).search);
  for (const [key, value] of Object.entries(fields)) query.set(`openid.${key}`, value);
  return `login/steam/return?${query}`;
}

/** Where somebody is sent who could not sign in: the page says why. */
async function refused(visitor: Visitor, path: string): Promise<string> {
  const answer = await visitor.fetch(path);
  expect(answer.status).toBe(303);
  expect((await visitor.welcome()).me).toBeUndefined();
  return decodeURIComponent(answer.headers.get('location')?.split('#fault=')[1] ?? '');
}

test('Steam says who somebody is, and stands by it', async () => {
  const { services, site } = await stage();
  const visitor = new Visitor(site);
  const out = await goOut(visitor, 'steam');
  expect(out.searchParams.get('openid.mode')).toBe('checkid_setup');
  expect(out.searchParams.get('openid.return_to')).toMatch(
    new RegExp(`^${site.url}/chat/login/steam/return\\?state=[\\w-]{43}$`),
  );
  const path = steamAnswer(out);
  const back = await visitor.fetch(path);
  expect([back.status, back.headers.get('location')]).toEqual([303, `${site.url}/chat/`]);
  const check = services.asked.find((one) => one.path === '/openid/login');
  expect(check?.body.get('openid.mode')).toBe('check_authentication');
  expect(check?.body.get('openid.sig')).toBe('c2lnbmF0dXJl');
  expect((await visitor.welcome()).me).toMatchObject({ kind: 'steam', moderator: true, person: { name: 'Gabe' } });
  await visitor.say('hello');
  expect(site.host.messages.all[0]?.author).toMatchObject({
    id: `steam:${STEAM_ID}`,
    link: `https://steamcommunity.com/profiles/${STEAM_ID}`,
  });
  // The same answer is worth nothing another time.
  expect(await refused(new Visitor(site), path)).toContain('another browser');
});

test('nobody is somebody else by telling Steam one thing and us another', async () => {
  const { services, site } = await stage();
  const own = 'https://steamcommunity.com/openid/id/76561198000000002';
  const theirs = encodeURIComponent(`https://steamcommunity.com/openid/id/${STEAM_ID}`);
  // Steam has signed the first; which of two it reads, and what names it takes for the same, nobody knows.
  for (const more of [
    (path: string) => path.replace('?', `?openid.claimed_id=${theirs}&openid.identity=${theirs}&`),
    (path: string) =>
      `${path.replaceAll(encodeURIComponent(own), theirs)}&openid.claimed.id=${encodeURIComponent(own)}&openid.Identity=${encodeURIComponent(own)}`,
  ]) {
    const visitor = new Visitor(site);
    const path = more(steamAnswer(await goOut(visitor, 'steam'), { claimed_id: own, identity: own }));
    expect(await refused(visitor, path)).toContain('not in order');
  }
  expect(services.asked).toEqual([]);
});

test('an answer of Steam is not believed when anything is wrong with it', async () => {
  const id = 'https://steamcommunity.com/openid/id/76561198000000002';
  const wrong: Record<string, string>[] = [
    { mode: 'cancel' },
    { op_endpoint: 'https://evil.example/openid' },
    { claimed_id: id },
    {
      claimed_id: 'https://evil.example/openid/id/76561198000000001',
      identity: 'https://evil.example/openid/id/76561198000000001',
    },
    { claimed_id: `${id}/../x`, identity: `${id}/../x` },
    { return_to: 'https://evil.example/chat/login/steam/return' },
    { signed: 'signed,op_endpoint,identity,return_to,response_nonce' },
    { response_nonce: '2020-01-01T00:00:00Zold' },
    { response_nonce: 'nonsense' },
  ];
  for (const changes of wrong) {
    const { services, site } = await stage();
    const visitor = new Visitor(site);
    expect(await refused(visitor, steamAnswer(await goOut(visitor, 'steam'), changes))).toMatch(
      /not in order|did not sign in|another browser|too long/,
    );
    // Steam was not even asked.
    expect(services.asked).toEqual([]);
  }
});

test('what Steam does not stand by is not believed', async () => {
  const { services, site } = await stage();
  services.isValid = false;
  const visitor = new Visitor(site);
  expect(await refused(visitor, steamAnswer(await goOut(visitor, 'steam')))).toContain('not valid');
});

test('one can only come back who went: nobody is signed in as somebody else by a link', async () => {
  const { site } = await stage();
  const [eve, victim] = [new Visitor(site), new Visitor(site)];
  const path = steamAnswer(await goOut(eve, 'steam'));
  await goOut(victim, 'steam');
  expect(await refused(victim, path)).toContain('another browser');
  const out = await goOut(eve, 'discord');
  const state = out.searchParams.get('state') ?? '';
  expect(await refused(new Visitor(site), `login/discord/return?code=the-code&state=${state}`)).toContain('another browser');
  expect(await refused(eve, `login/steam/return?state=${state}`)).toContain('another browser');
});

test('Discord says who somebody is, to whoever holds the code and the secret behind it', async () => {
  const { services, site } = await stage();
  const visitor = new Visitor(site);
  const out = await goOut(visitor, 'discord');
  const asked = Object.fromEntries(out.searchParams);
  expect(asked).toMatchObject({
    response_type: 'code',
    scope: 'identify',
    client_id: APPLICATION.client_id,
    code_challenge_method: 'S256',
  });
  expect(asked['redirect_uri']).toBe(`${site.url}/chat/login/discord/return`);
  services.challenge = asked['code_challenge'] ?? '';
  const back = await visitor.fetch(`login/discord/return?code=the-code&state=${asked['state']}`);
  expect([back.status, back.headers.get('location')]).toEqual([303, `${site.url}/chat/`]);
  expect((await visitor.welcome()).me).toMatchObject({ kind: 'discord', moderator: false, person: { name: 'Alice' } });
  expect((await visitor.welcome()).me?.person.picture).toMatch(/^picture\//);
  await visitor.say('hello');
  expect(site.host.messages.all[0]?.author.id).toBe('discord:223456789012345678');
  expect(site.host.lines.all.join()).not.toMatch(/token-of-discord|secret-of-the-application|the-code/);
});

test('when Discord refuses, the page says so and nobody is signed in', async () => {
  const { site } = await stage();
  const visitor = new Visitor(site);
  const state = (await goOut(visitor, 'discord')).searchParams.get('state');
  expect(await refused(visitor, `login/discord/return?error=access_denied&state=${state}`)).toContain('did not sign in');
  const again = (await goOut(visitor, 'discord')).searchParams.get('state');
  expect(await refused(visitor, `login/discord/return?code=another-code&state=${again}`)).toContain(
    'did not answer as it should',
  );
});

test('what is not configured is not there', async () => {
  const site = await startSite();
  const visitor = new Visitor(site);
  for (const path of ['login/steam', 'login/discord/return', 'login/', 'login/steam/x', 'login/steam/return/x'])
    expect([path, (await visitor.fetch(path)).status]).toEqual([path, 404]);
});
