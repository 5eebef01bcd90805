/** Who whispers with whom in a story, and what becomes of it. */
import { expect } from 'vitest';
import type { GameServer, Player } from '../support/game-server.ts';
import type { MatrixPerson } from '../support/matrix-person.ts';
import type { DiscordPerson } from './discord-place.ts';
import { type OpenSite, World } from './world.ts';

/** A world with a game server, alpha, on which Gordon plays. */
export async function openScene(openSite: OpenSite): Promise<{ world: World; alpha: GameServer; gordon: Player }> {
  const world = await World.open(openSite);
  const alpha = await world.game('alpha');
  return { world, alpha, gordon: await alpha.join('Gordon') };
}

/** Somebody on Discord who spoke, so that players can see them. */
export async function spokenOnDiscord(world: World, alpha: GameServer, name: string): Promise<DiscordPerson> {
  const person = await world.discord.member(name);
  await person.says(`hello from ${name}`);
  await alpha.chat.waitFor((line) => line === `${name}@bridge: hello from ${name}`);
  return person;
}

/** Carol on Matrix, who spoke, so that players can see her. */
export async function spokenOnMatrix(world: World, alpha: GameServer, server = 'bridge'): Promise<MatrixPerson> {
  await world.matrix.says('hello from Carol');
  await alpha.chat.waitFor((line) => line === `Carol@${server}: hello from Carol`);
  return world.matrix.carol;
}

/** The number by which players know a platform's user. */
export function numberOf(game: GameServer, name: string, server = 'bridge'): number {
  const found = [...(game.users.get(server)?.values() ?? [])].find((user) => user.name === name);
  if (!found) throw new Error(`${game.id} knows no ${name} on ${server}`);
  return found.id;
}

/** What a player was whispered so far, oldest first, as `name: text`. */
export function whispersTo(game: GameServer, { id }: Player): string[] {
  return game.packets.all.flatMap((packet) => {
    const [, server = '', from, text = ''] = new RegExp(`^\\S*m/([^/]+)/[^/]+/pm/(\\d+)/${id} (.*)$`).exec(packet) ?? [];
    if (from === undefined) return [];
    return [`${game.users.get(server)?.get(Number(from))?.name}: ${(JSON.parse(text) as { say: string }).say}`];
  });
}

/** Waits until a player was whispered exactly this, as `name: text`. */
export async function hears(game: GameServer, player: Player, ...texts: string[]): Promise<void> {
  const last = texts.at(-1) ?? '';
  await game.packets.waitFor(() => whispersTo(game, player).includes(last), 8_000);
  expect(whispersTo(game, player)).toEqual(texts);
}
