/** The active instance is killed, and the one that stands by has the same database. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { stringify } from 'yaml';
import { Program } from '../e2e/program.ts';
import { newDataDir, type StandbyPlace } from '../support/instance.ts';
import { TcpProxy } from '../support/proxy.ts';

/** Starts the built program as an instance. */
export function startProgram(settings: Record<string, unknown>): Program {
  const folder = newDataDir();
  writeFileSync(join(folder, 'config.yaml'), stringify(settings));
  return new Program([], { folder });
}

/**
 * The active one is killed with fifty messages that it could not deliver: the other goes on with them, and with what was said meanwhile.
 * @param url of the broker
 * @param store what says which database both have
 */
export async function killedWithBacklog(place: StandbyPlace, url: string, store: Record<string, unknown>): Promise<void> {
  const { discord, channel, alice, game, gordon } = place;
  const { hostname, port } = new URL(discord.url);
  const api = await TcpProxy.start({ host: hostname, port: Number(port) });
  onTestFinished(() => api.cut());
  const usual = place.settings(url, newDataDir());
  const { discord: adapter } = usual['adapters'] as { discord: Record<string, unknown> };
  const apiUrl = new URL(discord.url);
  apiUrl.port = String(api.port);
  const settings = { ...usual, ...store, adapters: { discord: { ...adapter, api_url: apiUrl.href } } };

  const first = startProgram(settings);
  await first.waitFor('the bot can read and write');
  const second = startProgram(settings);
  await second.waitFor('This one stands by');
  await gordon.says('before');
  await channel.waitFor('before');
  alice.says(channel, 'hello');
  await game.chat.waitFor((line) => line === 'Alice@bridge: hello');

  await api.cut();
  const backlog = Array.from({ length: 50 }, (_, index) => `waits ${index}`);
  for (const text of backlog) await gordon.says(text);
  // It has taken the last one when it has taken all before.
  alice.says(channel, 'taken?');
  await game.chat.waitFor((line) => line === 'Alice@bridge: taken?');
  await first.kill('SIGKILL');
  alice.says(channel, 'meanwhile');
  await api.open();
  await second.waitFor('the bot can read and write');
  await game.chat.waitFor((line) => line === 'Alice@bridge: meanwhile', 12_000);
  await game.presence.waitFor(() => game.isOnline('bridge'));
  await gordon.says('after');
  await channel.waitFor('after', 12_000);
  // Rooms that can't keep up get several messages as one.
  const lines = place.heardOnDiscord().flatMap((text) => text.split('\n'));
  expect(lines).toEqual(['before', ...backlog, 'after']);
  expect(game.chat.all).toEqual(['hello', 'taken?', 'meanwhile'].map((text) => `Alice@bridge: ${text}`));
  place.expectNeverTwo();
}
