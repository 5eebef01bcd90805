/** Who does what on the network, and what everybody else then sees: the same on every broker. */
import { afterEach, expect, test } from 'vitest';
import { CrossChat, type CrossChatOptions } from '../../src/crosschat/index.ts';
import { next } from './events.ts';
import { RawPeer } from './raw-peer.ts';

/** A broker for the stories, where `bridge`, `alpha` and `beta` are allowed in. */
export interface Lab {
  readonly url: string;
  /** What the others speak, and what the bridge arrives at. */
  readonly version: 4 | 5;
  /** Whether the bridge has to be told the version, because the broker speaks both. */
  readonly pinned?: boolean;
  login(id: string): { username: string; password: string } | undefined;
}

export function networkStories(lab: () => Lab): void {
  const chats: CrossChat[] = [];
  const peers: RawPeer[] = [];

  function bridge(options: Partial<CrossChatOptions> = {}): CrossChat {
    const login = lab().login('bridge') ?? { allowAnonymous: true };
    const protocolVersion = lab().pinned === true ? lab().version : 'auto';
    const chat = new CrossChat({ serverId: 'bridge', urls: [lab().url], protocolVersion, ...login, ...options });
    chats.push(chat);
    return chat;
  }

  async function started(options: Partial<CrossChatOptions> = {}): Promise<CrossChat> {
    const chat = bridge(options);
    chat.start();
    await chat.whenReady();
    return chat;
  }

  async function peer(id: string): Promise<RawPeer> {
    const connected = await RawPeer.connect({ url: lab().url, id, version: lab().version, ...lab().login(id) });
    peers.push(connected);
    return connected;
  }

  /** A peer that the bridge sees. */
  async function online(chat: CrossChat, id: string, start = 1000): Promise<RawPeer> {
    const connected = await peer(id);
    const seen = next(chat, 'server', ({ server, change }) => server.id === id && change !== 'offline');
    await connected.online(start);
    await seen;
    return connected;
  }

  afterEach(async () => {
    await Promise.all(chats.splice(0).map((chat) => chat.stop()));
    await Promise.all(peers.splice(0).map((left) => left.close()));
    for (const id of ['bridge', 'alpha', 'beta']) await RawPeer.forget({ url: lab().url, id, ...lab().login(id) });
  });

  test('a server announces itself with status, meta and states, and says goodbye', async () => {
    const alpha = await peer('alpha');
    const before = Math.floor(Date.now() / 1000);
    const chat = bridge({ meta: { link: 'https://example.org' } });
    await chat.state.setState('map', 'lobby');
    chat.start();
    const status = (await alpha.hears('state/bridge/status', ({ started }: { started: number }) => started > 0)) as {
      started: number;
    };
    expect(status).toEqual({ started: expect.any(Number), version: 1, instance: expect.any(String) });
    expect(status.started).toBeGreaterThanOrEqual(before);
    // A broker that others have used may still hold what an earlier server of this name told.
    expect(await alpha.hears('state/bridge/meta', ({ link = '' }: { link?: string }) => link.endsWith('org'))).toBeTruthy();
    expect(await alpha.hears('state/bridge/map', (map) => map === 'lobby')).toBeTruthy();
    await chat.whenReady();
    expect(chat.status).toBe('ready');
    await chat.state.setMeta({ link: 'https://example.net' });
    await chat.state.setState('map', 'desert');
    expect(await alpha.hears('state/bridge/meta', ({ link = '' }: { link?: string }) => link.endsWith('net'))).toBeTruthy();
    expect(await alpha.hears('state/bridge/map', (map) => map === 'desert')).toBeTruthy();
    await chat.stop();
    expect(chat.status).toBe('stopped');
    await expect.poll(() => alpha.on('state/bridge/status').at(-1)).toEqual({ started: 0, version: 1, left: expect.any(String) });
  });

  test('a server that comes online gets all users, in order, with the right flags', async () => {
    const chat = await started();
    const seen = new Map<number, unknown[]>();
    for (const count of [1, 2, 4]) {
      while (chat.state.me().users.size < count) await chat.state.addUser(`User ${chat.state.me().users.size + 1}`);
      const alpha = await online(chat, 'alpha', 1000 + count);
      const last = ({ burst }: { burst: unknown }): boolean => burst === 'end' || burst === 'startend';
      await alpha.hears('m/bridge/alpha/user', last);
      seen.set(count, alpha.on('m/bridge/alpha/user'));
      const gone = next(chat, 'server', ({ change }) => change === 'offline');
      alpha.cut();
      await gone;
    }
    expect(seen.get(1)).toEqual([
      { id: 1, cmd: 'add', name: 'User 1', first_seen: expect.any(Number), server: 'bridge', burst: 'startend' },
    ]);
    expect(seen.get(2)).toMatchObject([
      { id: 1, burst: 'start' },
      { id: 2, burst: 'end' },
    ]);
    expect(seen.get(4)).toMatchObject([
      { id: 1, burst: 'start' },
      { id: 2, burst: true },
      { id: 3, burst: true },
      { id: 4, burst: 'end' },
    ]);
  });

  test('a server that restarts gets the users again; one that repeats its status does not', async () => {
    const chat = await started();
    await chat.state.addUser('Ann');
    const alpha = await online(chat, 'alpha', 1000);
    await alpha.online(1000);
    const restarted = next(chat, 'server');
    await alpha.online(2000);
    expect(await restarted).toMatchObject({ change: 'restart', quiet: false });
    await alpha.caughtUp();
    await chat.state.sendOoc('alpha', 'end', 'of the list');
    await alpha.hears('m/bridge/alpha/ooc/end');
    expect(alpha.on('m/bridge/alpha/user')).toHaveLength(2);
  });

  test('who is added speaks after being added, without waiting', async () => {
    const chat = await started();
    const alpha = await online(chat, 'alpha');
    const adding = chat.state.addUser('Ann', { platform: 'discord', avatar: 'https://example.org/a.png' });
    const saying = chat.state.say(1, 'hello', { extra: { from: 'room' } });
    const user = await adding;
    await saying;
    expect(user).toMatchObject({ id: 1, name: 'Ann', extra: { platform: 'discord' } });
    expect(await alpha.hears('m/bridge/alpha/say/1')).toEqual({ say: 'hello', from: 'room' });
    const messages = alpha.heard.filter(({ topic }) => topic.startsWith('crosschat/m/bridge/'));
    expect(messages.map(({ topic }) => topic)).toEqual(['crosschat/m/bridge/alpha/user', 'crosschat/m/bridge/alpha/say/1']);
    expect(JSON.parse(messages[0]?.text ?? '')).toMatchObject({
      id: 1,
      cmd: 'add',
      name: 'Ann',
      platform: 'discord',
      burst: false,
    });
    await chat.state.updateUser(1, { name: 'Anna' });
    expect(await alpha.hears('m/bridge/alpha/user', ({ cmd }: { cmd: string }) => cmd === 'update')).toMatchObject({
      name: 'Anna',
    });
    await chat.state.delUser(1, 'went to bed');
    expect(await alpha.hears('m/bridge/alpha/user', ({ cmd }: { cmd: string }) => cmd === 'del')).toEqual({ id: 1, cmd: 'del' });
  });

  test('what is said reaches the chosen servers, and only those that are online', async () => {
    const chat = await started();
    const alpha = await online(chat, 'alpha');
    const beta = await online(chat, 'beta');
    await chat.state.addUser('Ann');
    await chat.state.say(1, 'to all');
    await chat.state.say(1, 'to beta', { to: ({ id }) => id === 'beta' });
    await beta.hears('m/bridge/beta/say/1', ({ say }: { say: string }) => say === 'to beta');
    const gone = next(chat, 'server', ({ server }) => server.id === 'beta');
    beta.cut();
    expect(await gone).toMatchObject({ change: 'offline' });
    await chat.state.say(1, 'to alpha');
    await alpha.hears('m/bridge/alpha/say/1', ({ say }: { say: string }) => say === 'to alpha');
    expect(alpha.on('m/bridge/alpha/say/1')).toEqual([{ say: 'to all' }, { say: 'to alpha' }]);
    await expect(chat.state.pm(1, 'beta', 1, 'are you there?')).rejects.toMatchObject({ undelivered: ['beta'] });
  });

  test('a peer of the newer dialect gets our users once more, in its own words, and reasons', async () => {
    const chat = await started();
    await chat.state.addUser('Ann');
    const alpha = await online(chat, 'alpha');
    const users = next(chat, 'user');
    await alpha.send('m/alpha/bridge/user', { id: 7, cmd: 'join', name: 'Bob', first_seen: 5, server: 'alpha', burst: false });
    expect(await users).toMatchObject({ change: 'add', burst: false, user: { id: 7, name: 'Bob', firstSeen: 5 } });
    await alpha.hears('m/bridge/alpha/user', ({ cmd }: { cmd: string }) => cmd === 'join');
    await chat.state.delUser(1, 'kicked');
    await alpha.hears('m/bridge/alpha/user', ({ cmd }: { cmd: string }) => cmd === 'leave');
    expect(alpha.on('m/bridge/alpha/user')).toMatchObject([
      { id: 1, cmd: 'add', burst: 'startend' },
      { id: 1, cmd: 'join', burst: 'startend' },
      { id: 1, cmd: 'leave', reason: 'kicked' },
    ]);
    const left = next(chat, 'user');
    await alpha.send('m/alpha/bridge/user', { id: 7, cmd: 'leave', reason: 'timed out' });
    expect(await left).toMatchObject({ change: 'del', reason: 'timed out', user: { name: 'Bob' } });
  });

  test('a Lua peer is understood: no version, ids and times as text, bursts as text', async () => {
    const chat = await started();
    const beta = await peer('beta');
    await beta.send('state/beta/status', { started: '1700000000' }, true);
    const ended = next(chat, 'user', ({ user }) => user.id === 3);
    const player = { cmd: 'join', server: 'beta', team: 1001, steamid64: '76561197986413226', connected_this_map: false };
    await beta.send('m/beta/bridge/user', { ...player, id: '1', name: 'Ann', first_seen: '1699999999', burst: 'start' });
    await beta.send('m/beta/bridge/user', { ...player, id: '2', name: 'Bob', first_seen: '1699999999', burst: 'true' });
    await beta.send('m/beta/bridge/user', { ...player, id: '3', name: 'Cid', first_seen: '1699999999', burst: 'end' });
    expect(await ended).toMatchObject({ burst: true });
    const server = chat.state.servers.get('beta');
    expect(server).toMatchObject({ online: true, started: 1_700_000_000 });
    expect(server?.users.get(2)).toMatchObject({ id: 2, name: 'Bob', firstSeen: 1_699_999_999, steamid64: '76561197986413226' });
    expect(server?.users.get(2)?.extra).toEqual({ steamid64: '76561197986413226', team: 1001, connected_this_map: false });
    const said = next(chat, 'say');
    await beta.send('m/beta/bridge/say/2', { say: 'hi' });
    expect(await said).toMatchObject({ text: 'hi', user: { name: 'Bob' }, extra: {} });
    const stopping = next(chat, 'ooc');
    await beta.send('m/beta/bridge/ooc/shutdown', 'changing map');
    expect(await stopping).toMatchObject({ type: 'shutdown', payload: 'changing map' });
    const gone = next(chat, 'server', ({ change }) => change === 'offline');
    beta.cut();
    expect(await gone).toMatchObject({ users: 3, quiet: false });
    expect(server?.users.size).toBe(0);
  });

  test('a new list of users replaces the old one; who speaks unannounced is heard all the same', async () => {
    const chat = await started();
    const alpha = await online(chat, 'alpha');
    const user = (id: number, burst: unknown) => alpha.send('m/alpha/bridge/user', { id, cmd: 'add', name: `User ${id}`, burst });
    await user(1, 'start');
    await user(2, 'end');
    const gone = next(chat, 'user', ({ change }) => change === 'del');
    await user(2, 'start');
    await user(3, 'end');
    expect(await gone).toMatchObject({ burst: true, user: { id: 1 } });
    expect([...(chat.state.servers.get('alpha')?.users.keys() ?? [])]).toEqual([2, 3]);
    const said = next(chat, 'say');
    await alpha.send('m/alpha/bridge/say/99', { say: 'boo', trace: 'x' });
    expect(await said).toMatchObject({
      text: 'boo',
      user: { id: 99, name: 'UnknownUser99', placeholder: true },
      extra: { trace: 'x' },
    });
    const added = next(chat, 'user');
    await user(99, false);
    expect(await added).toMatchObject({ change: 'add', user: { name: 'User 99', placeholder: false } });
  });

  test('whispers go both ways, from somebody on a server too', async () => {
    const chat = await started();
    const alpha = await online(chat, 'alpha');
    await chat.state.addUser('Ann');
    await chat.state.pm(1, 'alpha', 5, 'psst');
    expect(await alpha.hears('m/bridge/alpha/pm/1/5')).toEqual({ say: 'psst' });
    const named = next(chat, 'pm');
    await alpha.send('m/alpha/bridge/pm/5/1', { say: 'yes?' });
    expect(await named).toMatchObject({ text: 'yes?', toUserId: 1, from: { id: 5 }, server: { id: 'alpha' } });
    const nameless = next(chat, 'pm');
    await alpha.send('m/alpha/bridge/pm/alpha/1', { say: 'from the helper' });
    expect(await nameless).toMatchObject({ text: 'from the helper', from: undefined, server: { id: 'alpha' } });
  });

  test('kick, ban and slap are data, both ways', async () => {
    const chat = await started();
    const alpha = await online(chat, 'alpha');
    const kick = next(chat, 'aowl');
    await alpha.send('m/alpha/bridge/ooc/aowl_kick', { server_id: 'bridge', user_id: '3', reason: 'spam', extra: { by: 'Ann' } });
    expect(await kick).toMatchObject({
      action: 'kick',
      target: { serverId: 'bridge', userId: 3 },
      reason: 'spam',
      extra: { by: 'Ann' },
      server: { id: 'alpha' },
    });
    const ban = next(chat, 'aowl');
    await alpha.send('m/alpha/bridge/ooc/aowl_ban', { steamid64: '76561197986413226' });
    expect(await ban).toMatchObject({ action: 'ban', target: { steamid64: '76561197986413226' }, reason: '' });
    await chat.state.kick({ steamid64: '76561197986413226' }, 'spam');
    await chat.state.slap({ serverId: 'alpha', userId: 4 });
    expect(await alpha.hears('m/bridge/alpha/ooc/aowl_kick')).toEqual({
      steamid64: '76561197986413226',
      reason: 'spam',
      extra: {},
    });
    expect(await alpha.hears('m/bridge/alpha/ooc/aowl_slap')).toEqual({ server_id: 'alpha', user_id: 4, reason: '', extra: {} });
  });

  test('states, meta and subscriptions', async () => {
    const chat = await started();
    const maps: string[] = [];
    const replies: unknown[] = [];
    const end = chat.state.subscribe('map', (server, _key, map) => maps.push(`${server.id} ${map}`));
    chat.state.subscribeOoc('lua_reply', (server, payload, type) => replies.push([server.id, payload, type]));
    const alpha = await online(chat, 'alpha');
    await chat.state.setState('map', 'lobby');
    const meta = next(chat, 'meta');
    await alpha.send('state/alpha/meta', { link: 'steam://connect/1.2.3.4' }, true);
    expect(await meta).toMatchObject({ meta: { link: 'steam://connect/1.2.3.4' } });
    const map = next(chat, 'state');
    await alpha.send('state/alpha/map', 'gm_construct', true);
    expect(await map).toMatchObject({ key: 'map', value: 'gm_construct' });
    end();
    await alpha.send('state/alpha/map', 'gm_flatgrass', true);
    const reply = next(chat, 'ooc');
    await alpha.send('m/alpha/bridge/ooc/lua_reply', { id: 1, result: '4' });
    await reply;
    expect(maps).toEqual(['bridge lobby', 'alpha gm_construct']);
    expect(replies).toEqual([['alpha', { id: 1, result: '4' }, 'lua_reply']]);
    expect(chat.state.servers.get('alpha')?.states.get('map')).toBe('gm_flatgrass');
  });

  test('remote Lua is never executed, and nothing is answered', async () => {
    const chat = await started();
    const alpha = await online(chat, 'alpha');
    chat.state.subscribeOoc('lua', () => expect.unreachable());
    const rejected = next(chat, 'rejected');
    await alpha.send('m/alpha/bridge/ooc/lua', { id: 1, code: 'print(2 + 2)', steamid: 'STEAM_0:0:1' });
    expect(await rejected).toMatchObject({ peer: 'alpha', kind: 'lua' });
    await chat.state.sendOoc('alpha', 'end', null);
    await alpha.hears('m/bridge/alpha/ooc/end');
    expect(alpha.heard.filter(({ topic }) => topic.startsWith('crosschat/m/bridge/'))).toHaveLength(1);
  });

  test('hundreds of things said at once arrive, in order, however few the broker takes at a time', async () => {
    const chat = await started();
    const alpha = await online(chat, 'alpha');
    await chat.state.addUser('Ann');
    const texts = Array.from({ length: 300 }, (_, index) => `line ${index}`);
    await Promise.all(texts.map((text) => chat.state.say(1, text)));
    await alpha.hears('m/bridge/alpha/say/1', ({ say }: { say: string }) => say === texts.at(-1));
    expect(alpha.on('m/bridge/alpha/say/1')).toEqual(texts.map((say) => ({ say })));
  });

  test('a second process with the same id takes over, and the first one steps back', async () => {
    const alpha = await peer('alpha');
    const first = await started({ random: () => 0.5 });
    const over = next(first, 'takenOver');
    const second = await started({ random: () => 0.5 });
    expect(await over).toContain('bridge');
    expect(first.status).toBe('takenOver');
    await second.whenReady();
    await second.state.addUser('Ann');
    await alpha.online(3000);
    await alpha.hears('m/bridge/alpha/user');
    const statuses = alpha.on('state/bridge/status') as { started: number }[];
    expect(statuses.at(-1)?.started).toBe(second.state.me().started);
    expect(second.status).toBe('ready');
  });

  test('a Last Will that comes late does not make us look gone', async () => {
    const chat = await started();
    const alpha = await peer('alpha');
    const { started: start } = chat.state.me();
    const owner = await RawPeer.connect({
      url: lab().url,
      id: 'bridge-late',
      version: lab().version,
      ...lab().login('bridge'),
      also: 'crosschat/state/bridge/status',
    });
    peers.push(owner);
    await owner.hears('state/bridge/status');
    await owner.send('state/bridge/status', { started: 0, version: 1 }, true);
    await alpha.hears('state/bridge/status', ({ started: now }: { started: number }) => now === 0);
    await expect.poll(() => (alpha.on('state/bridge/status').at(-1) as { started: number }).started).toBe(start);
    expect(chat.status).toBe('ready');
  });
}
