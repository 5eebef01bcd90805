/** Brokers that refuse, or are none. */
import type { AuthenticateError } from 'aedes';
import { describe, expect, test } from 'vitest';
import { type CrossChat, type CrossChatEvents, probe } from '../../src/crosschat/index.ts';
import { next } from './events.ts';
import { bridge, broker, hurried, tcp } from './setup.ts';

/** Every event of some names, in order, as one list. */
function record(chat: CrossChat, ...names: (keyof CrossChatEvents)[]): string[] {
  const seen: string[] = [];
  for (const name of names) chat.on(name, () => seen.push(name));
  return seen;
}

describe('the broker refuses', () => {
  test('MQTT 5: 3.1.1 is tried at once, and remembered', async () => {
    const versions: unknown[] = [];
    const { url, ...control } = await broker({
      preConnect: (_client, packet, done) => {
        versions.push(packet.protocolVersion);
        done(null, true);
      },
    });
    const chat = bridge({ urls: [url] });
    chat.start();
    await chat.whenReady();
    const down = next(chat, 'down');
    await control.stop();
    await down;
    const ready = next(chat, 'ready');
    await control.start();
    await ready;
    expect(versions).toEqual([5, 4, 4]);
  });

  test('MQTT 5 in the words of MQTT 5, too', async () => {
    const versions: unknown[] = [];
    const url = await tcp((socket) => {
      socket.once('data', (connect) => {
        const version = connect[connect.indexOf('MQTT') + 4];
        versions.push(version);
        socket.write(Buffer.from(version === 5 ? [0x20, 3, 0, 0x84, 0] : [0x20, 2, 0, 3]));
      });
    });
    const chat = bridge({ urls: [url], random: () => 0.9 });
    const problem = next(chat, 'problem');
    chat.start();
    expect(await problem).toContain('is not available');
    expect(versions).toEqual([5, 4]);
  });

  test('us without a word about MQTT 5: 3.1.1 is not tried, and a probe says the same as the run', async () => {
    const versions: unknown[] = [];
    const url = await tcp((socket) => {
      socket.once('data', (connect) => {
        versions.push(connect[connect.indexOf('MQTT') + 4]);
        socket.destroy();
      });
    });
    for await (const { ok } of probe({ serverId: 'bridge', urls: [url], allowAnonymous: true })) expect(ok).toBe(false);
    const chat = bridge({ urls: [url], random: () => 0.9 });
    const problem = next(chat, 'problem');
    chat.start();
    await problem;
    expect(versions).toEqual([5, 5]);
  });

  test('a pinned version is kept, and the refusal told', async () => {
    const { url } = await broker();
    const chat = bridge({ urls: [url], protocolVersion: 5 });
    const problem = next(chat, 'problem');
    chat.start();
    expect(await problem).toContain('does not speak this version of MQTT');
  });

  test('credentials: one sentence that names the settings, however often it is tried', async () => {
    let tries = 0;
    const { url } = await broker({
      authenticate: (_client, _name, _password, done) => {
        tries += 1;
        done(Object.assign(new Error('no'), { returnCode: 4 }) as unknown as AuthenticateError, false);
      },
    });
    const chat = bridge({ urls: [url], username: 'bridge', password: 'hunter2' });
    const problems: string[] = [];
    chat.on('problem', (sentence) => problems.push(sentence));
    chat.start();
    await expect.poll(() => tries).toBeGreaterThan(3);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/mqtt\.username.*mqtt\.password/);
    expect(problems[0]).not.toContain('hunter2');
  });

  test('because it is no MQTT broker at all, but a web server', async () => {
    const url = await tcp((socket) => socket.once('data', () => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n')));
    const chat = bridge({ urls: [url] });
    const problem = next(chat, 'problem');
    chat.start();
    expect(await problem).toMatch(/^What answers at 127\.0\.0\.1:\d+ does not speak MQTT: check host and port/);
  });

  test('to give us our own status back: a sentence, but we go on', async () => {
    const { url } = await broker({ authorizeForward: (_client, packet) => (packet.topic.endsWith('/status') ? null : packet) });
    const chat = bridge({ urls: [url], clock: hurried });
    const problem = next(chat, 'problem');
    chat.start();
    await chat.whenReady();
    expect(await problem).toContain('did not give us our own status back');
  });

  test('a subscription, for a while: it is tried again until granted', async () => {
    let refusals = 3;
    const { url } = await broker({
      authorizeSubscribe: (_client, subscription, done) => {
        if (refusals > 0 && subscription.topic.includes('/m/')) {
          refusals -= 1;
          done(null, null);
        } else done(null, subscription);
      },
    });
    const chat = bridge({ urls: [url] });
    const seen = record(chat, 'problem', 'ready');
    const problem = next(chat, 'problem');
    chat.start();
    expect(await problem).toContain('does not let us read');
    await chat.whenReady();
    expect(refusals).toBe(0);
    expect(seen).toEqual(['problem', 'ready']);
  });

  test('everything, because it is not there: the next address serves', async () => {
    const gone = await broker();
    await gone.stop();
    const { url } = await broker();
    const chat = bridge({ urls: [gone.url, url] });
    const problem = next(chat, 'problem');
    chat.start();
    expect(await problem).toContain('is not listening');
    await chat.whenReady();
    expect(chat.status).toBe('ready');
  });
});
