/** Lua that the operator sends to a game server. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HOSTILE, Scene } from './scene.ts';

let here: Scene;
beforeEach(async () => {
  here = await Scene.start();
});
afterEach(() => here.stop());

describe('remote Lua', () => {
  /** The game server's side: raw, since our own library never hands out Lua. */
  async function luaSent(line: string): Promise<Record<string, unknown>> {
    const { connectAsync } = await import('mqtt');
    const client = await connectAsync(here.broker.url, { protocolVersion: 4 });
    await client.subscribeAsync('crosschat/m/bridge/alpha/ooc/lua', { qos: 2 });
    const sent = new Promise<Record<string, unknown>>((resolve) =>
      client.once('message', (_topic, payload) => resolve(JSON.parse(payload.toString()) as Record<string, unknown>)),
    );
    here.type(line);
    await here.screen.waitFor(/\[y\/N\]/);
    here.type('y');
    const payload = await sent;
    await client.endAsync();
    return payload;
  }

  it('is refused unless allowed', async () => {
    await here.open();
    here.type('/sendlua alpha print(1)');
    await here.screen.waitFor(/Remote Lua is switched off.*allow_remote_lua/);
    expect(here.screen.raw).not.toContain('[y/N]');
  });

  it('asks first', async () => {
    const { host } = await here.open({ config: { allow_remote_lua: true } });
    here.type('/sendlua alpha print(1)');
    await here.screen.waitFor(/^Run this on alpha, with all its rights\? print\(1\) \[y\/N\]$/);
    here.type('');
    await here.screen.waitFor(/^Nothing was sent\.$/);
    expect(host.messages.all).toEqual([]);
  });

  it('is sent, and its answer shown on one line', async () => {
    await here.open({ config: { allow_remote_lua: true } });
    expect(await luaSent('/sendlua alpha print("hi")  -- x')).toMatchObject({ id: 1, code: 'print("hi")  -- x' });
    await here.screen.waitFor(/^Sent to alpha as Lua 1\.$/);
    await here.alpha.state.sendOoc('bridge', 'lua_reply', { id: 99, result: 'never asked' });
    await here.alpha.state.sendOoc('bridge', 'lua_reply', { id: 1, result: `hi\n${HOSTILE}` });
    const answer = await here.screen.waitFor(/alpha answers Lua 1/);
    expect(answer).toMatch(/^09:05 alpha answers Lua 1: hi \/ /);
    expect(here.screen.raw).not.toContain('never asked');
    await here.clock.advance(60_000);
    expect(here.screen.raw).not.toContain('did not answer');
  });

  it('says when no answer came', async () => {
    await here.open({ config: { allow_remote_lua: true } });
    await luaSent('/sendlua alpha while true do end');
    await here.screen.waitFor(/^Sent to alpha/);
    await here.clock.advance(30_000);
    await here.screen.waitFor(/alpha did not answer Lua 1 within 30 s/);
  });

  it('knows which servers there are', async () => {
    await here.open({ config: { allow_remote_lua: true } });
    here.type('/sendlua omega print(1)');
    await here.screen.waitFor(/^There is no server omega online\.$/);
  });
});
