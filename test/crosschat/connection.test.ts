/** Connections that are made, break off, and end. */
import { connect, type Socket } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { NotConnectedError } from '../../src/crosschat/index.ts';
import { next } from './events.ts';
import { bridge, broker, hurried, peer, tcp } from './setup.ts';
import { stopsInTime } from './stops.ts';

describe('the broker goes away and comes back', () => {
  test('presence is right on both sides, and what was there before is no news', async () => {
    const { url, ...control } = await broker();
    const chat = bridge({ urls: [url] });
    chat.start();
    await chat.whenReady();
    await chat.state.addUser('Ann');
    await chat.state.addUser('Bob');
    const alpha = await peer(url, 'alpha');
    await alpha.online(1000);
    const known = next(chat, 'user');
    await alpha.send('m/alpha/bridge/user', { id: 7, cmd: 'add', name: 'Zoe', burst: 'startend' });
    await known;

    const before = chat.state.me().started;
    const down = next(chat, 'down');
    await control.stop();
    expect(await down).toContain('127.0.0.1');
    const server = chat.state.servers.get('alpha');
    expect(server).toMatchObject({ online: false, started: 1000 });
    expect(chat.state.online()).toEqual([]);
    const added = chat.state.addUser('Cid');
    await chat.state.delUser(1);
    expect(await added).toMatchObject({ id: 3, name: 'Cid' });
    await expect(chat.state.say(2, 'nobody hears this')).rejects.toThrow(NotConnectedError);

    const ready = next(chat, 'ready');
    await control.start();
    await ready;
    expect(chat.state.me().started).toBeGreaterThan(before);
    const again = await peer(url, 'alpha');
    const online = next(chat, 'server');
    const said = next(chat, 'say');
    await again.send('m/alpha/bridge/say/7', { say: 'still me' });
    await again.online(1000);
    expect(await said).toMatchObject({ text: 'still me', user: { id: 7, name: 'Zoe' } });
    expect(await online).toMatchObject({ server: { id: 'alpha' }, change: 'online' });
    await again.hears('m/bridge/alpha/user', ({ burst }: { burst: unknown }) => burst === 'end');
    expect(again.on('m/bridge/alpha/user')).toMatchObject([
      { id: 2, name: 'Bob', burst: 'start' },
      { id: 3, name: 'Cid', burst: 'end' },
    ]);
  });

  test('who stayed online is quietly back, and hears who left meanwhile', async () => {
    const { url, ...control } = await broker();
    const chat = bridge({ urls: [url], random: () => 0.1 });
    const alpha = await peer(url, 'alpha');
    await alpha.online(1000);
    const first = next(chat, 'server');
    chat.start();
    expect(await first).toMatchObject({ change: 'online', quiet: true });
    await chat.whenReady();
    await chat.state.addUser('Ann');
    await chat.state.addUser('Bob');
    const down = next(chat, 'down');
    for (const client of Object.values(
      (control.aedes as unknown as { clients: Record<string, { id: string; conn: { destroy(): void } }> }).clients,
    )) {
      if (client.id === 'bridge') client.conn.destroy();
    }
    await down;
    await chat.state.delUser(1, 'gone');
    const back = next(chat, 'server');
    expect(await back).toMatchObject({ server: { id: 'alpha' }, change: 'online', quiet: true });
    await chat.whenReady();
    await alpha.hears('m/bridge/alpha/user', ({ cmd }: { cmd: string }) => cmd === 'del');
    await alpha.hears('m/bridge/alpha/user', ({ id, burst }: { id: number; burst: unknown }) => id === 2 && burst === 'startend');
  });

  test('a broker that forgot everything gets it all again', async () => {
    const { url, ...control } = await broker();
    const chat = bridge({ urls: [url], meta: { name: 'Bridge' }, clock: hurried });
    await chat.state.setState('map', 'lobby');
    chat.start();
    await chat.whenReady();
    const down = next(chat, 'down');
    await control.stop({ forget: true });
    await down;
    const ready = next(chat, 'ready');
    await control.start();
    await ready;
    const alpha = await peer(url, 'alpha');
    expect(await alpha.hears('state/bridge/status')).toMatchObject({ started: chat.state.me().started });
    expect(await alpha.hears('state/bridge/meta')).toEqual({ name: 'Bridge' });
    expect(await alpha.hears('state/bridge/map')).toBe('lobby');
  });

  test('a say that breaks off names the servers that it did not reach', async () => {
    const { url } = await broker({
      authorizePublish: (client, packet, done) => {
        if (packet.topic.endsWith('/say/1')) client?.conn.destroy();
        else done(null);
      },
    });
    const chat = bridge({ urls: [url], random: () => 0.9 });
    chat.start();
    await chat.whenReady();
    chat.state.receive('crosschat/state/alpha/status', '{"started":1}');
    await chat.state.addUser('Ann');
    await expect(chat.state.say(1, 'hello')).rejects.toMatchObject({ name: 'PublishError', undelivered: ['alpha'] });
  });
});

describe('starting and stopping', () => {
  test('ready means that the picture is whole, also where the broker sends what it retained after what is new', async () => {
    const { url } = await broker();
    const others = await peer(url, 'others');
    for (let n = 0; n < 150; n++) await others.send(`state/s${n}/status`, { started: 1 }, true);
    const chat = bridge({ urls: [url] });
    chat.start();
    await chat.whenReady();
    expect(chat.state.online()).toHaveLength(150);
  });

  test('stop is quick, whatever is going on, and start works again', async () => {
    const { url, ...control } = await broker();
    const chat = bridge({ urls: [url] });
    await chat.stop();
    chat.start();
    const waiting = expect(chat.whenReady()).rejects.toThrow('stopped');
    await chat.stop();
    await waiting;
    chat.start();
    await chat.whenReady();
    expect(chat.status).toBe('ready');
    await control.stop();
    await stopsInTime(chat);
  });

  test('stop ends in time on a broker that says nothing any more', async () => {
    const { port } = await broker();
    const onward: Socket[] = [];
    onTestFinished(() => {
      for (const further of onward) further.destroy();
    });
    const url = await tcp((socket) => {
      const further = connect(port, '127.0.0.1');
      socket.pipe(further).pipe(socket);
      onward.push(further);
    });
    const chat = bridge({ urls: [url], clock: hurried });
    chat.start();
    await chat.whenReady();
    for (const further of onward) further.pause();
    await stopsInTime(chat);
  });

  test('whenReady can be given up, and leaves no listener behind', async () => {
    const chat = bridge({ urls: ['mqtt://127.0.0.1:1'] });
    chat.start();
    await expect(chat.whenReady(AbortSignal.abort(new Error('no time')))).rejects.toThrow('no time');
    const giveUp = new AbortController();
    const waiting = chat.whenReady(giveUp.signal);
    giveUp.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    expect(chat.listenerCount('ready')).toBe(0);
    await chat.stop();
    await expect(chat.whenReady()).rejects.toThrow('It was stopped.');
  });

  test('a listener that throws is logged and disturbs nobody', async () => {
    const { url } = await broker();
    const errors: string[] = [];
    const quiet = (): void => {};
    const log = { debug: quiet, info: quiet, warn: quiet, error: (_fields: object, sentence: string) => errors.push(sentence) };
    const chat = bridge({ urls: [url], log });
    chat.on('server', () => {
      throw new Error('a bug of the application');
    });
    chat.start();
    await chat.whenReady();
    const alpha = await peer(url, 'alpha');
    await alpha.online(1000);
    const said = next(chat, 'say');
    await alpha.send('m/alpha/bridge/say/1', { say: 'hi' });
    expect(await said).toMatchObject({ text: 'hi' });
    expect(errors).toEqual(['A listener of server failed.']);
  });
});
