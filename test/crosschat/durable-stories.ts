/** A bridge is killed at the worst moments, and what everybody hears all the same: each line once, in order. */
import { expect, onTestFinished, test } from 'vitest';
import type { CrossChatOptions } from '../../src/crosschat/index.ts';
import type { Passing } from '../support/mqtt-proxy.ts';
import { TcpProxy } from '../support/proxy.ts';
import { next } from './events.ts';
import { Life, type Remains } from './life.ts';
import { RawPeer } from './raw-peer.ts';
import type { Lab } from './stories.ts';

const LINES = ['one', 'two', 'three'];

/** @param sound whether the broker resumes a session in order, and without sending anything twice under two ids */
export function durableStories(lab: () => Lab, sound: boolean): void {
  async function begin(remains?: Remains, options: Partial<CrossChatOptions> = {}): Promise<Life> {
    const protocolVersion = lab().pinned === true ? lab().version : 'auto';
    const chat = { protocolVersion, ...lab().login('bridge'), ...options } as const;
    const life = await Life.begin({ url: lab().url, chat, ...(remains && { remains }) });
    await life.ready();
    return life;
  }

  async function peer(id = 'alpha', address = lab().url): Promise<RawPeer> {
    const { url, version, login } = lab();
    const connected = await RawPeer.connect({ url: address, id, version, ...login(id) });
    onTestFinished(async () => {
      await connected.close();
      for (const left of ['bridge', id]) await RawPeer.forget({ url, id: left, version: 4, ...login(left) });
    });
    return connected;
  }

  /** A bridge, and a peer that it sees, with a player Zoe. */
  async function both(): Promise<{ life: Life; alpha: RawPeer }> {
    const alpha = await peer();
    const life = await begin();
    await greet(life, alpha);
    return { life, alpha };
  }

  async function greet({ chat }: Life, alpha: RawPeer): Promise<void> {
    const zoe = next(chat, 'user', ({ user }) => user.name === 'Zoe');
    await alpha.online(1000);
    await alpha.send('m/alpha/bridge/user', { id: 7, cmd: 'add', name: 'Zoe', burst: 'startend' });
    await zoe;
    await alpha.hears('m/bridge/alpha/user');
  }

  const say = async (alpha: RawPeer, lines: readonly string[]) => {
    for (const line of lines) await alpha.send('m/alpha/bridge/say/7', { say: line });
  };
  const toUs = ({ topic }: Passing) => topic.endsWith('/bridge/say/7');
  const fromUs = ({ topic }: Passing) => topic.endsWith('/alpha/say/1');

  const coming: [string, (packet: Passing) => boolean][] = [
    ['before it has read anything', toUs],
    ['when it has taken a packet and not yet said so', ({ from, type }) => from === 'client' && type === 'pubrec'],
    ['when it has said so and not yet heard more', ({ from, type }) => from === 'broker' && type === 'pubrel'],
    ['before it says that it is done', ({ from, type }) => from === 'client' && type === 'pubcomp'],
  ];
  test.each(coming)('what others say to a bridge that is killed %s', async (_when, moment) => {
    const { life, alpha } = await both();
    let begun = false;
    const killed = life.killedAt((packet) => {
      begun ||= toUs(packet);
      return begun && moment(packet);
    });
    const said = say(alpha, LINES);
    const remains = await killed;
    await said;
    await say(alpha, ['four']);
    const again = await begin(remains);
    await say(alpha, ['five']);
    await expect.poll(() => again.heard()).toContain('five');
    expect(await again.heard()).toEqual([...LINES, 'four', 'five']);
  });

  const going: [string, (packet: Passing) => boolean][] = [
    ['before anything has left', fromUs],
    ['when the broker has got a packet and not yet said so', ({ from, type }) => from === 'broker' && type === 'pubrec'],
    ['when the broker has said so and it has not yet answered', ({ from, type }) => from === 'client' && type === 'pubrel'],
    ['before the broker says that it is done', ({ from, type }) => from === 'broker' && type === 'pubcomp'],
  ];
  test.each(going)('what a bridge says that is killed %s', async (_when, moment) => {
    const { life, alpha } = await both();
    let begun = false;
    const killed = life.killedAt((packet) => {
      begun ||= fromUs(packet);
      return begun && moment(packet);
    });
    // More than may be on their way at once.
    const lines = Array.from({ length: 30 }, (_, index) => `line ${index}`);
    for (const line of lines) life.chat.state.say(1, line).catch(() => {});
    const again = await begin(await killed);
    await expect.poll(() => again.chat.state.online().map(({ id }) => id)).toEqual(['alpha']);
    await again.chat.state.say(1, 'last');
    await alpha.hears('m/bridge/alpha/say/1', ({ say: line }: { say: string }) => line === 'last');
    expect(alpha.on('m/bridge/alpha/say/1')).toEqual([...lines, 'last'].map((line) => ({ say: line })));
  });

  test.runIf(sound)(
    'who hears what the broker had got from a bridge that was killed, and kept to itself, knows who speaks',
    async () => {
      const { life, alpha } = await both();
      const killed = life.killedAt(({ from, type }) => from === 'client' && type === 'pubrel');
      for (const line of LINES) life.chat.state.say(1, line).catch(() => {});
      const remains = await killed;
      await alpha.caughtUp();
      alpha.heard.length = 0;
      await begin(remains);
      await alpha.hears('m/bridge/alpha/say/1', ({ say: line }: { say: string }) => line === LINES.at(-1));
      const kinds = alpha.heard.map(({ topic }) => /\/bridge\/(?:alpha\/)?(status|user|say)/.exec(topic)?.[1] ?? '');
      expect(kinds.lastIndexOf('status')).toBeLessThan(kinds.indexOf('say'));
      expect(kinds.lastIndexOf('user')).toBeLessThan(kinds.indexOf('say'));
      expect(kinds.includes('user')).toBe(kinds.includes('status'));
    },
  );

  test('who is slow to hear what a bridge said before it was killed hears it first, and then that it is gone', async () => {
    const { hostname: host, port } = new URL(lab().url);
    const line = await TcpProxy.start({ host, port: Number(port) });
    onTestFinished(() => line.cut());
    const alpha = await peer('alpha', `mqtt://127.0.0.1:${line.port}`);
    const beta = await peer('beta');
    // With MQTT 5, the Last Will comes a minute later.
    const life = await begin(undefined, { protocolVersion: 4 });
    await greet(life, alpha);
    await alpha.caughtUp();
    alpha.heard.length = 0;
    line.hold();
    await life.chat.state.addUser('Bob');
    await life.chat.state.say(2, 'hello');
    life.kill();
    await beta.hears('state/bridge/status', ({ started }: { started: number }) => started === 0);
    line.release();
    await alpha.caughtUp();
    expect(alpha.heard.slice(0, 3).map(({ topic }) => topic)).toEqual([
      'crosschat/m/bridge/alpha/user',
      'crosschat/m/bridge/alpha/say/2',
      'crosschat/state/bridge/status',
    ]);
  });

  test.runIf(sound)('a connection that breaks again and again loses and doubles nothing, either way', async () => {
    const { life, alpha } = await both();
    const { chat, proxy } = life;
    let left = 12;
    let packets = 0;
    proxy.lets = () => {
      packets += 1;
      if (left > 0 && packets % 23 === 0) {
        left -= 1;
        proxy.cut();
      }
      return true;
    };
    const lines = Array.from({ length: 40 }, (_, index) => `line ${index}`);
    const said = say(alpha, lines);
    const answered = (async () => {
      for (const line of lines) {
        await expect.poll(() => chat.state.me().online && chat.state.online().length > 0).toBe(true);
        void chat.state.say(1, line).catch(() => {});
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    })();
    await Promise.all([said, answered]);
    left = 0;
    await expect.poll(() => life.heard()).toContain(lines.at(-1));
    expect(await life.heard()).toEqual(lines);
    await alpha.hears('m/bridge/alpha/say/1', ({ say: line }: { say: string }) => line === lines.at(-1));
    expect(alpha.on('m/bridge/alpha/say/1')).toEqual(lines.map((line) => ({ say: line })));
  });

  test('a clean stop says goodbye; the next start begins anew', async () => {
    const { life, alpha } = await both();
    const { started } = life.chat.state.me();
    await life.chat.stop();
    expect(alpha.on('state/bridge/status').at(-1)).toEqual({ started: 0, version: 1, left: expect.any(String) });
    const again = await begin(life.kill());
    expect(again.chat.state.me().started).toBeGreaterThan(started);
    await expect.poll(() => alpha.on('state/bridge/status').at(-1)).toMatchObject({ started: again.chat.state.me().started });
  });

  test.runIf(sound)('what others say while a bridge is stopped in order is heard after the next start, once', async () => {
    const { life, alpha } = await both();
    const lines = Array.from({ length: 500 }, (_, index) => `line ${index}`);
    const begun = next(life.chat, 'say', ({ text }) => text === lines[50]);
    const said = say(alpha, lines);
    await begun;
    await life.chat.stop();
    await said;
    const again = await begin(life.kill());
    await expect.poll(() => again.heard()).toContain(lines.at(-1));
    expect(await again.heard()).toEqual(lines);
  });

  test('of two processes with one id, the one that began last stays, whatever the other one kept', async () => {
    const alpha = await peer();
    const first = await begin(undefined, { random: () => 0.5 });
    const remains = first.kill();
    const second = await begin(undefined, { random: () => 0.5 });
    const over = next(second.chat, 'takenOver');
    const third = await begin(remains, { random: () => 0.5 });
    await over;
    await third.chat.whenReady();
    await alpha.caughtUp();
    expect(second.chat.status).toBe('takenOver');
    expect(third.chat.status).toBe('ready');
    await expect
      .poll(() => (alpha.on('state/bridge/status').at(-1) as { started: number }).started)
      .toBe(third.chat.state.me().started);
  });

  test("a restart takes up the ids of users where they were, and nobody gets one that was another one's", async () => {
    const { life } = await both();
    await life.chat.state.addUser('Bob');
    await life.chat.state.delUser(2);
    const again = await begin(life.kill());
    expect(await again.chat.state.addUser('Cid')).toMatchObject({ id: 3 });
  });

  test('who speaks in what comes after their server went is known, however often the bridge was killed since', async () => {
    const { life, alpha } = await both();
    const killed = life.killedAt(({ from, type }) => from === 'client' && type === 'puback');
    alpha.cut();
    const again = await begin((await begin(await killed)).kill());
    const said = next(again.chat, 'say');
    // What its client had not got rid of goes out before it says that it is back.
    const { url, version, login } = lab();
    const late = await RawPeer.connect({ url, id: 'alpha', version, ...login('alpha') });
    onTestFinished(() => late.close());
    await late.send('m/alpha/bridge/say/7', { say: 'as I said' });
    expect((await said).user.name).toBe('Zoe');
    expect(again.chat.state.servers.get('alpha')).toMatchObject({ online: false, users: new Map() });
    await late.online(1001);
    await late.send('m/alpha/bridge/user', { id: 7, cmd: 'add', name: 'Yan', burst: 'startend' });
    const anew = next(again.chat, 'say');
    await late.send('m/alpha/bridge/say/7', { say: 'hello' });
    expect((await anew).user.name).toBe('Yan');
  });

  test('on another network, nothing of the old one is said', async () => {
    const { life, alpha } = await both();
    const killed = life.killedAt(fromUs);
    life.chat.state.say(1, 'not for you').catch(() => {});
    const remains = await killed;
    const again = await begin({ ...remains, port: 0 });
    await expect.poll(() => again.chat.state.online().map(({ id }) => id)).toEqual(['alpha']);
    await again.chat.state.say(1, 'hello');
    await alpha.hears('m/bridge/alpha/say/1');
    expect(alpha.on('m/bridge/alpha/say/1')).toEqual([{ say: 'hello' }]);
  });
}

/** What holds with MQTT 5 only. */
export function invisibleRestarts(lab: () => Lab): void {
  const mqtt5 = { protocolVersion: 5 } as const;

  async function watched(): Promise<{ life: Life; alpha: RawPeer; begin: (remains?: Remains) => Promise<Life> }> {
    const { url, login } = lab();
    const alpha = await RawPeer.connect({ url, id: 'alpha', version: 5, ...login('alpha') });
    onTestFinished(async () => {
      await alpha.close();
      for (const id of ['bridge', 'alpha']) await RawPeer.forget({ url, id, version: 4, ...login(id) });
    });
    const begin = async (remains?: Remains) => {
      const life = await Life.begin({ url, chat: { ...mqtt5, ...login('bridge') }, ...(remains && { remains }) });
      await life.ready();
      return life;
    };
    const life = await begin();
    const zoe = next(life.chat, 'user', ({ user }) => user.name === 'Zoe');
    await alpha.online(1000);
    await alpha.send('m/alpha/bridge/user', { id: 7, cmd: 'add', name: 'Zoe', burst: 'startend' });
    await zoe;
    await alpha.hears('m/bridge/alpha/user');
    await life.chat.state.setState('map', 'lobby');
    await alpha.hears('state/bridge/map');
    alpha.heard.length = 0;
    return { life, alpha, begin };
  }

  test('a restart is invisible: nobody is told anything, nobody is lost, and what was said meanwhile is heard', async () => {
    const { life, alpha, begin } = await watched();
    const { started } = life.chat.state.me();
    const remains = life.kill();
    await alpha.send('m/alpha/bridge/user', { id: 8, cmd: 'add', name: 'Yan', burst: false });
    await alpha.send('m/alpha/bridge/say/8', { say: 'anybody there?' });
    const again = await begin(remains);
    expect(again.chat.state.me().started).toBe(started);
    expect([...(again.chat.state.servers.get('alpha')?.users.values() ?? [])].map(({ name }) => name)).toEqual(['Zoe', 'Yan']);
    await expect.poll(() => again.heard()).toEqual(['anybody there?']);
    await again.chat.state.pm(1, 'alpha', 8, 'here I am');
    await alpha.hears('m/bridge/alpha/pm/1/8');
    const told = alpha.heard.filter(({ topic }) => topic.includes('/bridge/') && !topic.includes('/m/alpha/'));
    expect(told.map(({ topic }) => topic)).toEqual(['crosschat/m/bridge/alpha/pm/1/8']);
  });

  test('a short break of the connection is invisible, and who came and went meanwhile is told afterwards', async () => {
    const { life, alpha } = await watched();
    const { chat, proxy } = life;
    const ready = next(chat, 'ready');
    const down = next(chat, 'down');
    proxy.cut();
    await down;
    void chat.state.addUser('Bob');
    void chat.state.delUser(1);
    await ready;
    await alpha.hears('m/bridge/alpha/user', ({ name }: { name: string }) => name === 'Bob');
    expect(alpha.on('state/bridge/status')).toEqual([]);
    expect(alpha.on('m/bridge/alpha/user')).toMatchObject([
      { id: 1, cmd: 'del' },
      { id: 2, cmd: 'add' },
    ]);
    expect(chat.state.servers.get('alpha')?.users.size).toBe(1);
  });

  test('who comes while the bridge is away is told who is there', async () => {
    const { life, begin } = await watched();
    const { url, login } = lab();
    const remains = life.kill();
    const beta = await RawPeer.connect({ url, id: 'beta', version: 5, ...login('beta') });
    onTestFinished(async () => {
      await beta.close();
      await RawPeer.forget({ url, id: 'beta', version: 4, ...login('beta') });
    });
    await beta.online(2000);
    const again = await begin(remains);
    expect(await beta.hears('m/bridge/beta/user')).toMatchObject({ id: 1, name: 'Ann' });
    expect(again.chat.state.online().map(({ id }) => id)).toEqual(['alpha', 'beta']);
  });
}
