/** A game server on the crosschat network: its players are seen and heard on all other servers, and hear them. */
// In a program of your own: import { CrossChat } from 'crosschat-bridge/crosschat';
import { CrossChat, type CrossChatOptions, NotConnectedError } from '../../src/crosschat/index.ts';

/** What the example needs from a game. */
export interface Game {
  /** Shows a line to every player. */
  print(line: string): void;
}

/** What the game calls when something happens in it. */
export interface OnNetwork {
  join(player: { name: string; steamid64?: string }): Promise<number>;
  say(id: number, text: string): Promise<void>;
  leave(id: number, reason: string): Promise<void>;
  changeMap(map: string): Promise<void>;
  stop(): Promise<void>;
}

/** Puts a game on the network. Works at once, connected or not: whoever is here is announced with the next connect. */
export function joinNetwork(game: Game, options: CrossChatOptions): OnNetwork {
  const chat = new CrossChat(options);
  const { state } = chat;

  chat.on('say', ({ server, user, text }) => game.print(`[${server.id}] ${user.name}: ${text}`));
  chat.on('server', ({ server, change, quiet }) => {
    if (!quiet) game.print(`${server.id} is ${change === 'offline' ? 'gone' : 'here'}`);
  });
  chat.on('user', ({ user, change, burst }) => {
    if (!burst && change !== 'update') game.print(`${user.name} ${change === 'add' ? 'joined' : 'left'} ${user.server.id}`);
  });
  chat.on('aowl', ({ action, target, reason }) => {
    if (action !== 'kick' || !('steamid64' in target)) return;
    for (const player of state.me().users.values()) {
      if (player.steamid64 === target.steamid64) void state.delUser(player.id, reason);
    }
  });
  chat.on('problem', (sentence) => game.print(sentence));
  chat.on('takenOver', (sentence) => game.print(sentence));
  chat.start();

  return {
    async join({ name, ...extra }) {
      const user = await state.addUser(name, extra);
      return user.id;
    },
    async say(id, text) {
      await state.say(id, text).catch((error: unknown) => {
        if (!(error instanceof NotConnectedError)) throw error;
        game.print('(nobody else heard that: the network is down)');
      });
    },
    async leave(id, reason) {
      await state.delUser(id, reason);
    },
    changeMap: (map) => state.setState('map', map),
    stop: () => chat.stop(),
  };
}
